"""Writing threads, replies to people, and saved replies."""
