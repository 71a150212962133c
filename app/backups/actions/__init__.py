"""Claiming, making and recording backups and restore tests."""
