"""The blueprint of the keywords."""

from flask import Blueprint

from app.core import error_pages
from app.keywords.actions.keyword_rules import NotFound

bp = Blueprint("keywords", __name__, url_prefix="/keywords")
bp.register_error_handler(NotFound, lambda _gone: error_pages.render_error_page(404))
