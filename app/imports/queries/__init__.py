"""Read an import that waits for its confirmation, or one that is over."""
