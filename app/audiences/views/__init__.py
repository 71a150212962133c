"""The pages of segments."""

from app.audiences.views import segment_editing, segment_list, segment_page
from app.audiences.views.blueprint import bp

__all__ = ["bp", "segment_list", "segment_page", "segment_editing"]
