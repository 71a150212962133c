"""Sandbox phones in the browser: read what they got, write back, change how they behave."""
