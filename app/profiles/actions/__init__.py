"""Changing who has which number."""
