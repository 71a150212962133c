"""The form of the limits."""
