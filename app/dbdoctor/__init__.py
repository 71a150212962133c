"""Maintenance of the database: checks, repairs, backups, restores and migrations by command."""
