"""Putting a thing back, so that nothing starts by it."""
