"""Events and who registered for them: a pool of people apart from the community."""
