"""Reading who has which number."""
