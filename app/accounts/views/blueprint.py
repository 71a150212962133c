"""The blueprint of accounts, and how a session finds its user."""

from flask import Blueprint

from app.accounts import actions, queries
from app.core import access, error_pages

bp = Blueprint("accounts", __name__)
bp.register_error_handler(
    actions.NotFound, lambda _gone: error_pages.render_error_page(404)
)
access.login_manager.user_loader(queries.load_session_user)
