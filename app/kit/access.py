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

from app.domain.permission import Role

BOTH = (Role.ADMIN, Role.SOCIAL_MANAGER)
PASSWORD_PAGE = "accounts.password"
FORM, LARGEST_FORM = "application/x-www-form-urlencoded", 512 * 1024
UPLOAD = "multipart/form-data"
OPEN_WHILE_PASSWORD_IS_OLD = {PASSWORD_PAGE, "accounts.logout", "static"}

View = TypeVar("View", bound=Callable[..., Any])
login = LoginManager()
csrf = CSRFProtect()


def needs(*roles: Role, json: bool = False) -> Callable[[View], View]:
    """The sign on a door: only these roles.

    `json`: answer 401 instead of sending the caller to the login page.
    """

    def put_up(view: View) -> View:
        view.needs = frozenset(roles)  # type: ignore[attr-defined]
        view.speaks_json = json  # type: ignore[attr-defined]
        return view

    return put_up


def anyone(view: View) -> View:
    """The sign on a door that is open to everybody, signed in or not."""
    return needs()(view)


def who() -> str:
    """The signed-in person's user name, for audit rows; "" for nobody."""
    return str(current_user.username) if current_user.is_authenticated else ""


def refuse_large_forms() -> None:
    """Before anything reads a form: Werkzeug bounds the fields of uploads only, not those of
    plain forms.
    """
    if request.mimetype == FORM and (request.content_length or 0) > LARGEST_FORM:
        abort(413)


def guard_uploads() -> ResponseReturnValue | None:
    """Before anything reads a file: of a stranger, or of somebody who may not come in here,
    nothing is read.
    """
    return guard() if request.mimetype == UPLOAD else None


def guard() -> ResponseReturnValue | None:
    """Before every request: a door without a sign is closed to all."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None
    needed = getattr(view, "needs", None)
    if needed is None:
        abort(403)
    if needed and request.method == "POST" and _comes_from_another_site():
        abort(400)
    if not needed:
        return None
    return _judge(view, needed)


def _comes_from_another_site() -> bool:
    """By what the browser says of the page that posts.

    Ours is the name that was called, and our public one.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin")
    ours = {
        request.host,
        urlsplit(current_app.extensions["settings"].public_base_url).netloc,
    }
    return origin is not None and urlsplit(origin).netloc not in ours


def _judge(view: Any, needed: frozenset[Role]) -> ResponseReturnValue | None:
    if not current_user.is_authenticated:
        if view.speaks_json:
            return jsonify(error="Sign in first."), 401
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined, no-any-return]
    if (
        current_user.must_change_password
        and request.endpoint not in OPEN_WHILE_PASSWORD_IS_OLD
    ):
        return (
            (jsonify(error="Change your password first."), 401)
            if view.speaks_json
            else _to_password_page()
        )
    if current_user.role not in needed:
        abort(403)
    return None


def _to_password_page() -> ResponseReturnValue:
    flash("Choose a new password first.", "warning")
    return redirect(url_for(PASSWORD_PAGE))


def local_path(target: str | None) -> str | None:
    """`target` if it is a path on this site, else None: a `next` address never leads away."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return None if any(ord(character) < 32 for character in target) else target


def install(app: Flask) -> None:
    """Guard every door of `app`; tokens against forged forms live as long as the session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.before_request(refuse_large_forms)
    app.before_request(guard_uploads)
    csrf.init_app(app)
    login.init_app(
        app, add_context_processor=False
    )  # it would ask the database on every page, error pages too
    app.jinja_env.globals["current_user"] = current_user
    login.login_view = "accounts.sign_in"
    login.login_message = "Sign in to go on."
    login.login_message_category = "message"
    app.before_request(guard)
    app.after_request(_no_store)


def _no_store(response: Any) -> Any:
    """Pages that asked who is asking stay out of every cache."""
    if "_login_user" in g:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
