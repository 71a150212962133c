"""The forms of series."""
