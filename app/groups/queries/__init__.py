"""Reading groups, and who is in them."""
