"""The blueprint of the community."""

from flask import Blueprint

from app.community import actions
from app.core import error_pages

bp = Blueprint("community", __name__)
bp.register_error_handler(
    actions.NotFound, lambda _gone: error_pages.render_error_page(404)
)
