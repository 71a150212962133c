"""Furniture: knows Flask and SQLAlchemy, knows no room. One noun a file."""
