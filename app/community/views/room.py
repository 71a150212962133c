"""The blueprint of the community."""

from flask import Blueprint

from app.community import actions
from app.kit import errors

bp = Blueprint("community", __name__)
bp.register_error_handler(actions.Gone, lambda _gone: errors.page(404))
