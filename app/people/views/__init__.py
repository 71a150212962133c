"""The doors of one person, and of imports onto the do-not-text list."""

from app.people.views import do_not_text_import
from app.people.views.person_page import bp

__all__ = ["bp", "do_not_text_import"]
