"""Events and the people who registered for them, a list of people apart from the community."""
