"""Reading the rules, and what they would remove."""
