"""Writing to threads."""
