"""Writing to keywords, and obeying them."""
