"""Blasts above a sender's limit: an admin approves them, on a page or by text."""
