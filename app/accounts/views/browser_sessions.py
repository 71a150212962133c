"""The cookies of a signed-in browser, and the session on the server that they stand for."""

import logging
from datetime import timedelta

from flask import g, request, session
from flask_login import login_user
from flask_login.utils import decode_cookie
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import queries
from app.accounts.actions import login_sessions
from app.accounts.models import AppUser
from app.accounts.queries import OpenSession
from app.accounts.views import known_devices
from app.audit.actions import audited_write
from app.core import access
from app.core.clock import now
from app.core.db import WriteLockTimeout, write
from app.core.proxy_user import find_proxy_username
from app.core.settings import current_settings
from app.domain.accounts.device_labels import DeviceDetails, build_device_label

log = logging.getLogger(__name__)
# Of a database that is locked, full or read-only. Pages that only read work all the same.
WRITE_ERRORS = (WriteLockTimeout, SQLAlchemyError, OSError)


def describe_device(user: AppUser | None = None) -> DeviceDetails:
    """Return what is stored about the device of the current request.

    `user`: who signs in on it, which may be for the first time.
    """
    label = build_device_label(request.headers.get("User-Agent", ""))
    address = queries.build_address_key(request.remote_addr)
    # The very first sign-in is on a new device, too, but there is nobody to be warned.
    has_signed_in = user is not None and user.signed_in_at is not None
    is_new = has_signed_in and known_devices.find_known_device(user) is None
    return DeviceDetails(label, address, is_new)


def current_session() -> OpenSession | None:
    """Return the session of the signed-in user; None before the user is loaded."""
    open_session: OpenSession | None = g.get("open_session")
    return open_session


@access.login_manager.user_loader
def load_user(cookie_id: str) -> AppUser | None:
    """Return the user of the session cookie."""
    return _load_user_and_session(cookie_id)


def _load_user_and_session(cookie_id: str) -> AppUser | None:
    loaded = queries.load_session(cookie_id)
    if loaded is None:
        return None
    user, open_session = loaded
    if open_session.by_proxy and not _is_named_by_proxy(user):
        return None
    g.open_session = open_session
    return user


def _is_named_by_proxy(user: AppUser) -> bool:
    """Whether the proxy still names the user: signing out there ends the session here."""
    name = queries.clean_username(find_proxy_username())
    return bool(name) and name.casefold() == user.username.casefold()


@access.login_manager.remembered_user_loader
def load_remembered_user(cookie: str) -> AppUser | None:
    """Return the user of a remember-me cookie, and give the browser another one.

    A cookie that somebody has copied ends with its owner's next visit, and the other way round.
    """
    cookie_id = _decode_remember_cookie(cookie)
    user = _load_user_and_session(cookie_id)
    open_session = current_session()
    if user is None or open_session is None or not open_session.remembered:
        return None
    session["_user_id"] = _renew_remembered_session(user, open_session, cookie_id)
    session["_fresh"] = False
    return _load_user_and_session(session["_user_id"])


def _decode_remember_cookie(cookie: str) -> str:
    """Return the cookie's "user id:token", or "" when it was not signed with one of our keys."""
    settings = current_settings()
    for key in (settings.secret_key, *settings.secret_key_fallbacks):
        if cookie_id := decode_cookie(cookie, key=key):
            return str(cookie_id)
    return ""


def _renew_remembered_session(user: AppUser, open_session: OpenSession, cookie_id: str) -> str:
    """Return the new "user id:token"; the old one while the database takes no writes."""
    user_id, username = user.id, user.username
    token = cookie_id.partition(":")[2]
    try:
        with audited_write("sign_in.remembered", username) as entry:
            entry.user_id = user_id
            new_token = login_sessions.renew_session(open_session.id, token, describe_device())
    except WRITE_ERRORS:
        log.warning("a remembered session was not renewed: the database takes no writes")
        return cookie_id
    if new_token is None:
        return cookie_id
    _set_remember_cookie(open_session.ends_at - now())
    return f"{user_id}:{new_token}"


def _set_remember_cookie(duration: timedelta) -> None:
    """Let Flask-Login write its cookie for the session's "user id:token" after the request."""
    session["_remember"] = "set"
    session["_remember_seconds"] = int(duration.total_seconds())


def open_browser_session(user: AppUser, token: str, *, remember: bool) -> None:
    """Sign this browser in with an empty session cookie, for a session that has begun."""
    session.clear()
    login_user(user)
    session["_user_id"] = f"{user.id}:{token}"
    if remember:
        _set_remember_cookie(login_sessions.REMEMBERED_LIFETIME)
    known_devices.remember_device(user)


def find_session_token() -> str:
    """Return the token in the signed-in browser's cookie."""
    return str(session.get("_user_id", "")).partition(":")[2]


def exchange_cookie_token(token: str) -> None:
    """Give this browser another token of its session, in both its cookies."""
    open_session = current_session()
    user_id = str(session["_user_id"]).partition(":")[0]
    session["_user_id"] = f"{user_id}:{token}"
    if open_session is not None and open_session.remembered:
        _set_remember_cookie(open_session.ends_at - now())


def start_login_session(user: AppUser, *, remember: bool) -> None:
    """Begin a session of the user and sign this browser in."""
    with write():
        token = login_sessions.begin_session(user, describe_device(), remember=remember)
    open_browser_session(user, token, remember=remember)
