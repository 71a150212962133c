"""The limits, and what was sent so far."""
