"""The pages of the keywords."""

from app.keywords.views import keyword_editing, keyword_labels, keyword_list
from app.keywords.views.blueprint import bp

__all__ = ["bp", "keyword_list", "keyword_editing", "keyword_labels"]
