"""Views of accounts: signing in, one's own account, and the users."""

from app.accounts.views import own_account, own_phone, sender_limit_page, sign_in, users
from app.accounts.views.blueprint import bp

__all__ = ["bp", "own_account", "own_phone", "sender_limit_page", "sign_in", "users"]
