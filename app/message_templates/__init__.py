"""Texts that are saved to be used again: in blasts, reminders and replies."""
