"""The blueprint of accounts, and how a session finds its user."""

from flask import Blueprint

from app.accounts import actions, queries
from app.kit import access, errors

bp = Blueprint("accounts", __name__)
bp.register_error_handler(actions.Gone, lambda _gone: errors.page(404))
access.login.user_loader(queries.user_of_session)
