"""Infrastructure that all features share. Imports Flask and SQLAlchemy, and no feature."""
