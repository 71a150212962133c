"""The settings page of the limits."""
