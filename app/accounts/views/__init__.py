"""Views of accounts: signing in, one's own account, and the users."""

from app.accounts.views import (
    code_page,
    factor_removal,
    own_account,
    own_phone,
    permission_sets,
    recent_sign_in,
    second_factor_pages,
    sender_limit_page,
    session_notes,
    sign_in,
    user_permissions,
    users,
)
from app.accounts.views.blueprint import bp

__all__ = [
    "user_permissions",
    "bp",
    "code_page",
    "factor_removal",
    "own_account",
    "own_phone",
    "permission_sets",
    "recent_sign_in",
    "second_factor_pages",
    "sender_limit_page",
    "session_notes",
    "sign_in",
    "users",
]
