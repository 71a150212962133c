"""The doors of accounts."""

from app.accounts.views import own, sign_in, users
from app.accounts.views.room import bp

__all__ = ["bp", "own", "sign_in", "users"]
