"""Database migrations, the only code that creates tables.

One file each, `m0001_*.py` and so on; a released migration is never edited.
"""
