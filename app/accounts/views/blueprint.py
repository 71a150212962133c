"""The blueprint of accounts, and the function that loads a session's user."""

from flask import Blueprint

from app.accounts import queries
from app.core import access

bp = Blueprint("accounts", __name__)
access.login_manager.user_loader(queries.load_session_user)
