"""Storing and applying what the carrier calls us with."""
