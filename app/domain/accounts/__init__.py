"""Rules about user accounts: roles and passwords."""
