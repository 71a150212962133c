"""Keeping what is deleted, putting it back, and forgetting it."""
