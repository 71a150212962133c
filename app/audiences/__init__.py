"""Whom a text is for: segments of people by rules, and the audiences of blasts."""
