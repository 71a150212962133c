"""Forms of a field, and of what one person has in the fields."""
