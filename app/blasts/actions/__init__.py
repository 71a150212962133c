"""The verbs of blasts: confirm and release."""
