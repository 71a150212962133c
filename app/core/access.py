"""Permissions: each view declares who may call it; a view without a declaration is closed."""

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
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from app.core.form_limits import (
    FORM_MIMETYPE,
    MAX_FORM_BYTES,
    UPLOAD_MIMETYPE,
    install_form_limits,
)
from app.core.logging_config import ThrottledWarning
from app.core.permission_checks import (
    Entrance,
    Need,
    install_permission_checks,
    may_call,
    may_see_numbers,
)
from app.core.permission_checks import current_scope as current_scope
from app.core.permission_checks import may_open as may_open
from app.core.permission_checks import set_scope_source as set_scope_source
from app.core.recent_sign_in import check_sign_in
from app.core.request_sources import describe_request
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission

PASSWORD_ENDPOINT = "accounts.change_own_password"
ENDPOINTS_BEFORE_PASSWORD_CHANGE = {PASSWORD_ENDPOINT, "accounts.logout", "static"}

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])


class SessionLoginManager(LoginManager):
    """Flask-Login, except that the remember-me cookie is read by a function of accounts."""

    def remembered_user_loader(
        self, load: Callable[[str], Any | None]
    ) -> Callable[[str], Any | None]:
        """Set the function that returns the user of a remember-me cookie, or None."""
        self._load_remembered_user = load
        return load

    def _load_user_from_remember_cookie(self, cookie: str) -> Any | None:
        return self._load_remembered_user(cookie)


cross_site_log = ThrottledWarning(
    __name__,
    "a form from another site was refused (400): a forgery, or PUBLIC_BASE_URL is another address",
    "%s more forms from other sites were refused in the last %s seconds",
)
login_manager = SessionLoginManager()
csrf = CSRFProtect()


def permission_required(
    permission: Permission,
    *,
    json: bool = False,
    for_everybody: bool = False,
    with_numbers: bool = False,
) -> Callable[[ViewFunction], ViewFunction]:
    """Declare that only users with this permission may call the view.

    `json`: reply 401 with a JSON error instead of redirecting to the login page. `for_everybody`:
    the view knows no scope, so whoever's permissions reach some groups and events is refused.
    `with_numbers`: its page is made of phone numbers, so it needs the permission to see them too.
    """
    declare = _declare(permission, json=json, for_everybody=for_everybody)

    def declare_numbers(view: ViewFunction) -> ViewFunction:
        view.with_numbers = with_numbers  # type: ignore[attr-defined]
        return declare(view)

    return declare_numbers


def signed_in_required(view: ViewFunction) -> ViewFunction:
    """Declare that everybody who is signed in and has a role may call the view."""
    return _declare(Entrance.SIGNED_IN)(view)


def signed_in_script_required(view: ViewFunction) -> ViewFunction:
    """Declare the same of a view that only scripts ask: others get 401 with a JSON error."""
    return _declare(Entrance.SIGNED_IN, json=True)(view)


def admin_required(view: ViewFunction) -> ViewFunction:
    """Declare that only admins may call the view: no permission set can allow it."""
    return _declare(Entrance.ADMIN)(view)


def public(view: ViewFunction) -> ViewFunction:
    """Declare that everybody may call the view, signed in or not."""
    return _declare(Entrance.PUBLIC)(view)


def _declare(
    need: Need, *, json: bool = False, for_everybody: bool = False
) -> Callable[[ViewFunction], ViewFunction]:
    def declare(view: ViewFunction) -> ViewFunction:
        view.needs = need  # type: ignore[attr-defined]
        view.for_everybody = for_everybody  # type: ignore[attr-defined]
        view.speaks_json = json  # type: ignore[attr-defined]
        return view

    return declare


def is_asked_by_script() -> bool:
    """Whether the request is for a view that only scripts ask, whether a person is there or not."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "speaks_json", False))


def current_username() -> str:
    """Return the signed-in person's user name for audit rows; "" for nobody."""
    if not current_user.is_authenticated:
        return ""
    return str(current_user.username)


def reject_large_forms() -> None:
    """Refuse plain forms that say they are over 512 KB, before anything reads them."""
    if request.mimetype == FORM_MIMETYPE and (request.content_length or 0) > MAX_FORM_BYTES:
        abort(413)


def check_upload_access() -> ResponseReturnValue | None:
    """Check the permission of an upload before the check of its CSRF token reads the file."""
    if request.mimetype != UPLOAD_MIMETYPE:
        return None
    return check_access()


def check_access() -> ResponseReturnValue | None:
    """Refuse the request unless its view allows it; a view without a declaration allows nobody."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None
    need = getattr(view, "needs", None)
    if need is None:
        abort(403)
    if need is Entrance.PUBLIC:
        return None
    if request.method == "POST" and _is_cross_site_request():
        g.refusal = "form.cross_site"
        cross_site_log.record_occurrence(describe_request())
        abort(400)
    return _check_user(view)


def _is_cross_site_request() -> bool:
    """Whether the browser says that the posting page belongs to another site.

    This site is the host of the request and the host of PUBLIC_BASE_URL.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    public_host = urlsplit(current_settings().public_base_url).netloc
    return urlsplit(origin).netloc not in {request.host, public_host}


def _check_user(view: Any) -> ResponseReturnValue | None:
    if not current_user.is_authenticated:
        if view.speaks_json:
            return jsonify(error="Sign in first."), 401
        # The page of this error keeps what was typed; without anything it leads to the sign-in.
        abort(401)
    if (
        current_user.must_change_password
        and request.endpoint not in ENDPOINTS_BEFORE_PASSWORD_CHANGE
    ):
        if view.speaks_json:
            return jsonify(error="Change your password first."), 401
        return _redirect_to_password_page()
    # Asked now, while the user's row is fresh: see there.
    may_see_numbers()
    if not may_call(view):
        abort(403)
    return check_sign_in(view)


def _redirect_to_password_page() -> ResponseReturnValue:
    flash("Choose a new password first.", "warning")
    return redirect(url_for(PASSWORD_ENDPOINT))


def parse_local_path(target: str | None) -> str | None:
    """Return `target` if it is a path on this site, else None: `next` never leads to another."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    # Browsers drop tabs and line ends from an address: "/\t/evil.example" would become "//evil…".
    if any(ord(character) < 32 for character in target):
        return None
    return target


def install_access_control(app: Flask) -> None:
    """Check permissions, form tokens and form sizes of every request of `app`."""
    # None: a token is valid as long as its session; a form may stay open for hours.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    install_form_limits(app)
    app.before_request(reject_large_forms)
    app.before_request(check_upload_access)
    csrf.init_app(app)
    # Flask-Login's context processor would query the database on every page, error pages too.
    login_manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user
    install_permission_checks(app)
    login_manager.login_view = "accounts.sign_in"
    login_manager.login_message = "Please sign in."
    login_manager.login_message_category = "message"
    app.before_request(check_access)
    app.after_request(_disable_caching)


def _disable_caching(response: Any) -> Any:
    """Forbid caches to store an answer that depends on the user, or changes their cookie."""
    # Flask-Login puts the user into `g` when somebody has used current_user.
    if "_login_user" in g or session.modified:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
