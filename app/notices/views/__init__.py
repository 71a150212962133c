"""The pages of notices. Importing them registers their routes."""

from app.notices.views import chat_pages, notice_list, own_choices
from app.notices.views.blueprint import bp

__all__ = ["bp", "chat_pages", "notice_list", "own_choices"]
