"""The form of a template."""
