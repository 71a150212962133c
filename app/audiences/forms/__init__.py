"""The forms of segments."""
