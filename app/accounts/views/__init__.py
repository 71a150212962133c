"""Views of accounts: signing in, one's own account, and the users."""

from app.accounts.views import own_account, sign_in, users
from app.accounts.views.blueprint import bp

__all__ = ["bp", "own_account", "sign_in", "users"]
