"""Doors: every one is locked unless its sign says who may come in."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from app.core.settings import current_settings
from app.domain.accounts.roles import Role

ALL_ROLES = (Role.ADMIN, Role.SOCIAL_MANAGER)
PASSWORD_ENDPOINT = "accounts.change_own_password"
FORM_MIMETYPE, MAX_FORM_BYTES = "application/x-www-form-urlencoded", 512 * 1024
UPLOAD_MIMETYPE = "multipart/form-data"
ENDPOINTS_BEFORE_PASSWORD_CHANGE = {PASSWORD_ENDPOINT, "accounts.logout", "static"}

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])
login_manager = LoginManager()
csrf = CSRFProtect()


def roles_required(*roles: Role, json: bool = False) -> Callable[[ViewFunction], ViewFunction]:
    """The sign on a door: only these roles.

    `json`: answer 401 instead of sending the caller to the login page.
    """

    def put_up(view: ViewFunction) -> ViewFunction:
        view.needs = frozenset(roles)  # type: ignore[attr-defined]
        view.speaks_json = json  # type: ignore[attr-defined]
        return view

    return put_up


def public(view: ViewFunction) -> ViewFunction:
    """The sign on a door that is open to everybody, signed in or not."""
    return roles_required()(view)


def current_username() -> str:
    """The signed-in person's user name, for audit rows; "" for nobody."""
    return str(current_user.username) if current_user.is_authenticated else ""


def reject_large_forms() -> None:
    """Before anything reads a form: Werkzeug bounds the fields of uploads only, not those of
    plain forms.
    """
    if request.mimetype == FORM_MIMETYPE and (request.content_length or 0) > MAX_FORM_BYTES:
        abort(413)


def check_upload_access() -> ResponseReturnValue | None:
    """Before anything reads a file: of a stranger, or of somebody who may not come in here,
    nothing is read.
    """
    return check_access() if request.mimetype == UPLOAD_MIMETYPE else None


def check_access() -> ResponseReturnValue | None:
    """Before every request: a door without a sign is closed to all."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None
    needed = getattr(view, "needs", None)
    if needed is None:
        abort(403)
    if needed and request.method == "POST" and _is_cross_site_request():
        abort(400)
    if not needed:
        return None
    return _check_user_role(view, needed)


def _is_cross_site_request() -> bool:
    """By what the browser says of the page that posts.

    Ours is the name that was called, and our public one.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin")
    ours = {
        request.host,
        urlsplit(current_settings().public_base_url).netloc,
    }
    return origin is not None and urlsplit(origin).netloc not in ours


def _check_user_role(view: Any, needed: frozenset[Role]) -> ResponseReturnValue | None:
    if not current_user.is_authenticated:
        if view.speaks_json:
            return jsonify(error="Sign in first."), 401
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined, no-any-return]
    if (
        current_user.must_change_password
        and request.endpoint not in ENDPOINTS_BEFORE_PASSWORD_CHANGE
    ):
        return (
            (jsonify(error="Change your password first."), 401)
            if view.speaks_json
            else _redirect_to_password_page()
        )
    if current_user.role not in needed:
        abort(403)
    return None


def _redirect_to_password_page() -> ResponseReturnValue:
    flash("Choose a new password first.", "warning")
    return redirect(url_for(PASSWORD_ENDPOINT))


def parse_local_path(target: str | None) -> str | None:
    """`target` if it is a path on this site, else None: a `next` address never leads away."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return None if any(ord(character) < 32 for character in target) else target


def install_access_control(app: Flask) -> None:
    """Guard every door of `app`; tokens against forged forms live as long as the session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.before_request(reject_large_forms)
    app.before_request(check_upload_access)
    csrf.init_app(app)
    login_manager.init_app(
        app, add_context_processor=False
    )  # it would ask the database on every page, error pages too
    app.jinja_env.globals["current_user"] = current_user
    login_manager.login_view = "accounts.sign_in"
    login_manager.login_message = "Sign in to go on."
    login_manager.login_message_category = "message"
    app.before_request(check_access)
    app.after_request(_disable_caching)


def _disable_caching(response: Any) -> Any:
    """Pages that asked who is asking stay out of every cache."""
    if "_login_user" in g:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
