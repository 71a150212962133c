"""The forms of sequences."""
