"""Backups that run by themselves, the restore test, and their page."""
