"""Notes about a person, and how all of a person's data is erased."""
