"""The organisation's one row of settings."""
