"""Texts that sandbox phones write: stored here, posted to the real webhook afterwards."""
