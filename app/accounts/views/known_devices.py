"""A signed cookie by which a user's own device is known again before signing in.

Wrong passwords from elsewhere do not lock it. It opens nothing by itself, and another password
makes it invalid.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from app.accounts.models import AppUser
from app.core.settings import current_settings

LIFETIME = timedelta(days=365)
SALT = "known-device"


def remember_device(user: AppUser) -> None:
    """Give this browser the cookie of the user's device; one that it has is kept."""
    device_id = find_known_device(user) or secrets.token_hex(16)
    value = _get_serializer().dumps([user.id, _fingerprint_key(user), device_id])
    after_this_request(_build_cookie_setter(_name_cookie(user.id), value))


def _build_cookie_setter(name: str, value: str) -> Callable[[Response], Response]:
    # The session interface knows whether the request came over https.
    is_secure = current_app.session_interface.get_cookie_secure(current_app)

    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            name,
            value,
            max_age=LIFETIME,
            path="/login",
            secure=is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    return set_cookie


def find_known_device(user: AppUser | None) -> str | None:
    """Return the id of this browser if the user has signed in from it before."""
    if user is None:
        return None
    cookie = request.cookies.get(_name_cookie(user.id), "")
    try:
        value = _get_serializer().loads(cookie, max_age=int(LIFETIME.total_seconds()))
    except BadData:
        return None
    if value[:2] != [user.id, _fingerprint_key(user)]:
        return None
    return str(value[2])


def _name_cookie(user_id: int) -> str:
    return f"device_{user_id}"


def _fingerprint_key(user: AppUser) -> str:
    """Return a short hash that changes with the user's password."""
    return hashlib.sha256(user.session_key.encode()).hexdigest()[:16]


def _get_serializer() -> URLSafeTimedSerializer:
    settings = current_settings()
    # The last one signs; the others belong to cookies from before SECRET_KEY was changed.
    keys = [*settings.secret_key_fallbacks, settings.secret_key]
    return URLSafeTimedSerializer(keys, salt=SALT)
