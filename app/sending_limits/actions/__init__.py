"""Counting what is sent, and changing the limits."""
