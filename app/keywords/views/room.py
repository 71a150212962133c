"""The blueprint of the keywords."""

from flask import Blueprint

from app.core import error_pages
from app.keywords.actions.rules import Gone

bp = Blueprint("keywords", __name__, url_prefix="/keywords")
bp.register_error_handler(Gone, lambda _gone: error_pages.render_error_page(404))
