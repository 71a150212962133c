"""Writing to groups, and to who is in them."""
