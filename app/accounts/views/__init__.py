"""Views of accounts: signing in, one's own account, and the users."""

from app.accounts.views import (
    account_links,
    code_page,
    factor_removal,
    link_requests,
    own_account,
    own_email,
    own_phone,
    password_confirmation,
    permission_sets,
    second_factor_pages,
    sender_limit_page,
    session_notes,
    sign_in,
    user_permissions,
    user_states,
    users,
)
from app.accounts.views.blueprint import bp

__all__ = [
    "user_permissions",
    "user_states",
    "own_email",
    "link_requests",
    "account_links",
    "bp",
    "code_page",
    "factor_removal",
    "own_account",
    "own_phone",
    "permission_sets",
    "password_confirmation",
    "second_factor_pages",
    "sender_limit_page",
    "session_notes",
    "sign_in",
    "users",
]
