"""Writing to surveys: making them, and the conversation."""
