"""Asking for approval, deciding, and reading codes that admins text."""
