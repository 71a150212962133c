"""The blueprint of the keywords."""

from flask import Blueprint

from app.keywords.actions.rules import Gone
from app.kit import errors

bp = Blueprint("keywords", __name__, url_prefix="/keywords")
bp.register_error_handler(Gone, lambda _gone: errors.page(404))
