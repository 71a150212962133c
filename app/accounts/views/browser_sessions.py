"""The cookies of a signed-in browser, and the session on the server that they stand for."""

import logging
from datetime import timedelta

from flask import Response, g, request, session
from flask_login import login_user
from flask_login.utils import decode_cookie
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import queries
from app.accounts.actions import login_sessions
from app.accounts.models import AppUser
from app.accounts.queries import OpenSession
from app.accounts.views import known_devices
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core import access
from app.core.clock import now
from app.core.db import WriteLockTimeout, write
from app.domain.accounts.device_labels import DeviceDetails, build_device_label

log = logging.getLogger(__name__)
# `seen_at` is for people who look at the list: to the minute is enough, and spares writes.
SEEN_INTERVAL = timedelta(minutes=1)
# A page does not wait for longer to note that a session was used.
NOTE_SECONDS = 1
# Of a database that is locked, full or read-only. Pages that only read work all the same.
WRITE_ERRORS = (WriteLockTimeout, SQLAlchemyError, OSError)


def describe_device() -> DeviceDetails:
    """Return what is stored about the device of the current request."""
    label = build_device_label(request.headers.get("User-Agent", ""))
    return DeviceDetails(label, queries.build_address_key(request.remote_addr))


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
    user, g.open_session = loaded
    return user


@access.login_manager.remembered_user_loader
def load_remembered_user(cookie: str) -> AppUser | None:
    """Return the user of a remember-me cookie, and give the browser another one.

    A cookie that somebody has copied ends with its owner's next visit, and the other way round.
    """
    cookie_id = decode_cookie(cookie) or ""
    user = _load_user_and_session(cookie_id)
    open_session = current_session()
    if user is None or open_session is None or not open_session.remembered:
        return None
    session["_user_id"] = _renew_remembered_session(user, open_session, cookie_id)
    session["_fresh"] = False
    return _load_user_and_session(session["_user_id"])


def _renew_remembered_session(user: AppUser, open_session: OpenSession, cookie_id: str) -> str:
    """Return the new "user id:token"; the old one while the database takes no writes."""
    user_id, username = user.id, user.username
    token = cookie_id.partition(":")[2]
    try:
        with audited_write("sign_in.remembered", username):
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


def start_login_session(user: AppUser, *, remember: bool) -> None:
    """Begin a session of the user and sign this browser in."""
    with write():
        token = login_sessions.begin_session(user, describe_device(), remember=remember)
    open_browser_session(user, token, remember=remember)


@bp.after_app_request
def note_session_use(response: Response) -> Response:
    """Note once a minute that the session is used; a page is never refused for that.

    What a page asks for by itself is no use: a computer left alone would stay signed in.
    """
    open_session = current_session()
    # A streamed response still reads from the database, in the snapshot that write() would end.
    if open_session is None or response.is_streamed or access.is_asked_by_script():
        return response
    moment = now()
    if moment - open_session.seen_at < SEEN_INTERVAL:
        return response
    try:
        with write(NOTE_SECONDS):
            login_sessions.record_session_use(open_session.id, moment)
    except WRITE_ERRORS:
        log.debug("the use of a session was not noted")
    return response
