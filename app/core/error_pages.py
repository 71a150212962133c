"""Error pages: what happened, what to do, and a request id to quote."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

from flask import Flask, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError, Unauthorized

from app.core.access import login_manager
from app.core.database_errors import (
    WriteLockTimeout,
    describe_database_error,
    is_disk_full,
    is_storage_error,
)
from app.core.db import NotFound, db, discard_broken_connections
from app.core.kept_fields import find_kept_form
from app.core.logging_config import ThrottledWarning
from app.core.request_sources import describe_request

log = logging.getLogger(__name__)
missing_token_log = ThrottledWarning(
    __name__,
    "a form without a valid token was refused (400): a page that was open for long, or a forgery",
    "%s more forms without a valid token were refused in the last %s seconds",
)

ERROR_TEXTS = {
    400: (
        "Something went wrong",
        "The request could not be read. Go back, reload the page and try again.",
    ),
    403: (
        "You can’t open this page",
        "Your account has no permission for it.",
    ),
    404: (
        "Page not found",
        "The address may be wrong, or the page was deleted.",
    ),
    405: ("That isn’t possible here", "Go back and use the buttons on the page."),
    413: ("Too large", "Nothing was saved. Go back and choose a smaller file or shorten the text."),
    415: ("We can’t read that", "Go back and choose a file in another format."),
    429: ("Too many attempts", "Wait a few minutes, then try again."),
    500: (
        "Something went wrong",
        "Nothing was saved. Try again. If it happens again, report this number:",
    ),
    503: (
        "Busy, try again",
        "Other changes are being saved right now, so yours was not. Try again in a moment.",
    ),
}
DISK_FULL_TEXT = (
    "The disk is full",
    "Nothing was saved, and nothing is lost. "
    "Ask the person who runs this server to free up space, then try again.",
)
STORAGE_ERROR_TEXT = (
    "The database cannot be read or written",
    "Nothing was saved, and nothing is lost. The disk is not responding. Ask the person who "
    "runs this server, then try again.",
)
CSRF_WITHOUT_TEXT = "Go back, reload the page and send it again."
CSRF_ERROR_TEXT = (
    "Your session expired",
    "Nothing was saved yet. What you typed is still here.",
)


def render_error_page(
    code: int, title: str = "", text: str = "", error_id: str = ""
) -> ResponseReturnValue:
    """Return the error page of this status code, or JSON if the request prefers JSON.

    `title` and `text` replace those of ERROR_TEXTS; `error_id` is the request id to quote.
    """
    default_title, default_text = _get_error_text(code)
    title = title or default_title
    text = text or default_text
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error=f"{title}. {text}"), code
    return render_template(
        "errors/page.html",
        code=code,
        title=title,
        text=text,
        error_id=error_id,
        admins=_list_admin_names() if code == 403 else [],
    ), code


def _get_error_text(code: int) -> tuple[str, str]:
    if code in ERROR_TEXTS:
        return ERROR_TEXTS[code]
    if code < 500:
        return ERROR_TEXTS[400]
    return ERROR_TEXTS[500]


def _render_expired_form_page() -> ResponseReturnValue:
    """Show what was typed, to be sent again or kept until one has signed in."""
    kept_form = find_kept_form()
    if kept_form is None or request.accept_mimetypes.best == "application/json":
        return render_error_page(400, CSRF_ERROR_TEXT[0], CSRF_WITHOUT_TEXT)
    title, text = CSRF_ERROR_TEXT
    page = render_template("errors/expired_form.html", title=title, text=text, kept_form=kept_form)
    return page, 400


def _ask_to_sign_in() -> ResponseReturnValue:
    """Keep what was typed until one has signed in; without anything, lead to the sign-in page."""
    kept_form = find_kept_form()
    if kept_form is None:
        return cast("ResponseReturnValue", login_manager.unauthorized())
    title, text = CSRF_ERROR_TEXT
    page = render_template("errors/expired_form.html", title=title, text=text, kept_form=kept_form)
    return page, 401


def _render_busy_page(title: str = "", text: str = "") -> ResponseReturnValue:
    """Say that nothing was saved (503), with what was typed, to be sent again."""
    # The file of an upload cannot be offered again.
    kept_form = None if request.files else find_kept_form()
    if kept_form is None or request.accept_mimetypes.best == "application/json":
        return render_error_page(503, title, text)
    default_title, default_text = ERROR_TEXTS[503]
    return render_template(
        "errors/expired_form.html",
        title=title or default_title,
        text=f"{text or default_text} What you typed is still here.",
        kept_form=kept_form,
    ), 503


def _list_admin_names() -> list[str]:
    """Return who can help; [] while the database does not answer."""
    with suppress(SQLAlchemyError, sqlite3.Error):
        return list(current_app.extensions["admin_names"]())
    return []


def set_admin_names_source(app: Flask, list_names: Callable[[], Sequence[str]]) -> None:
    """Set the function that returns the names of the admins, for pages that only they may open."""
    app.extensions["admin_names"] = list_names


def _handle_http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, CSRFError):
        missing_token_log.record_occurrence(describe_request())
        g.refusal = "form.refused"
        return _render_expired_form_page()
    if isinstance(error, Unauthorized):
        return _ask_to_sign_in()
    # The request names a host that is not in TRUSTED_HOSTS, so no URL can be built for a page.
    if isinstance(error, SecurityError):
        return "This web address is not set up for SMS Admin.", 400, {"Content-Type": "text/plain"}
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        allowed_methods = ", ".join(error.valid_methods)
        return _add_header(render_error_page(code), "Allow", allowed_methods)
    return render_error_page(code)


def _add_header(page: ResponseReturnValue, name: str, value: str) -> ResponseReturnValue:
    response = make_response(page)
    response.headers[name] = value
    return response


def _handle_storage_error(error: Exception) -> ResponseReturnValue:
    """Reply that the database cannot be used now; the same trouble is logged once a minute."""
    discard_broken_connections(error)
    log.error("the database cannot be used: %s", describe_database_error(error))
    return _add_header(render_error_page(503, *STORAGE_ERROR_TEXT), "Retry-After", "60")


def _handle_write_lock_timeout(_error: WriteLockTimeout) -> ResponseReturnValue:
    return _add_header(_render_busy_page(), "Retry-After", "5")


def _handle_unexpected_error(error: Exception) -> ResponseReturnValue:
    # A disk that does not answer fails the rollback too.
    with suppress(SQLAlchemyError, sqlite3.Error):
        db.session.rollback()
    if is_disk_full(error):
        log.error("the disk is full; requests that save are answered with 503")
        return _add_header(_render_busy_page(*DISK_FULL_TEXT), "Retry-After", "60")
    if is_storage_error(error):
        return _handle_storage_error(error)
    log.error("request %s failed", g.get("request_id", "-"), exc_info=error)
    return render_error_page(500, error_id=g.get("request_id", ""))


def install_error_pages(app: Flask) -> None:
    """Register the handlers that reply to every error with one of these pages."""
    set_admin_names_source(app, list)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(NotFound, lambda _error: render_error_page(404))
    app.register_error_handler(WriteLockTimeout, _handle_write_lock_timeout)
    app.register_error_handler(Exception, _handle_unexpected_error)
