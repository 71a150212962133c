"""The blueprint of the events."""

from flask import Blueprint

from app.events.actions.events import Gone
from app.kit import errors

bp = Blueprint("events", __name__)
bp.register_error_handler(Gone, lambda _gone: errors.page(404))
