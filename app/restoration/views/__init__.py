"""The page of the trash."""

from app.restoration.views.trash_pages import bp

__all__ = ["bp"]
