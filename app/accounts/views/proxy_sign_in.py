"""Signing in because the trusted proxy in front says who it is (REMOTE_USER_HEADER)."""

from app.accounts import queries
from app.accounts.models import AppUser
from app.accounts.views.sign_in_completion import SignInProof, complete_sign_in
from app.core.proxy_user import find_proxy_username


def find_proxy_user() -> AppUser | None:
    """Return the existing, enabled user whom the proxy names; None without one.

    Nobody is created: whoever the proxy lets in may still have no business here.
    """
    username = find_proxy_username()
    if username is None:
        return None
    user = queries.find_user_by_name(queries.clean_username(username))
    if user is None or user.disabled_at is not None:
        return None
    return user


def sign_in_by_proxy() -> bool:
    """Begin a session for the user whom the proxy names; False when it names none."""
    user = find_proxy_user()
    if user is None:
        return False
    proof = SignInProof(user.session_key, by_proxy=True, verb="sign_in.by_proxy")
    return complete_sign_in(user, proof, remember=False)
