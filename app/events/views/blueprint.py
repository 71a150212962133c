"""The blueprint of the events."""

from flask import Blueprint

from app.core import error_pages
from app.events.actions.events import NotFound

bp = Blueprint("events", __name__)
bp.register_error_handler(NotFound, lambda _gone: error_pages.render_error_page(404))
