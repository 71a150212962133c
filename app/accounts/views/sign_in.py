"""Signing in and out."""

from urllib.parse import urlsplit

from flask import (
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.accounts import queries
from app.accounts.actions import login_attempts, login_sessions
from app.accounts.actions.login_attempts import ReservedAttempt
from app.accounts.forms import SignInForm
from app.accounts.models import LOCKOUT_WINDOW, AppUser
from app.accounts.views import password_tries
from app.accounts.views.blueprint import bp
from app.accounts.views.browser_sessions import (
    WRITE_ERRORS,
    current_session,
    describe_device,
    open_browser_session,
)
from app.accounts.views.password_tries import Lockout
from app.audit.actions import audited_write
from app.core.access import current_username, parse_local_path, public

WRONG_CREDENTIALS_MESSAGE = "Wrong username or password."
NOT_ENDED_MESSAGE = (
    "You are signed out in this browser, but the session could not be ended on the server. "
    "Sign in again later and end it under Your account."
)
# With more tries left than this, nothing is said of them.
MAX_TRIES_TOLD = 3
# Of others: fewer are somebody's own mistakes.
MANY_WRONG_TRIES = 5
GUESSED_MESSAGE = (
    "{} wrong passwords were entered for your username recently. If that wasn't you, someone "
    "was guessing. They did not get in."
)


@bp.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Show the login form; sign in. The error never says which of name and password was wrong."""
    if current_user.is_authenticated:
        return redirect(_find_next_url(), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return _render_sign_in(form), 422 if form.errors else 200
    username = queries.clean_username(form.username.data)
    account_key = queries.build_account_key(username)
    attempt = password_tries.reserve_attempt(
        password_tries.find_sign_in_origin(username), account_key
    )
    if isinstance(attempt, Lockout):
        return _refuse_locked(form, attempt)
    if not password_tries.slow_down(attempt):
        password_tries.give_attempt_back(attempt)
        return _refuse_locked(form, password_tries.BUSY_LOCKOUT)
    user = queries.authenticate_user(username, form.password.data or "")
    if user is None or not _complete_sign_in(user, attempt, remember=form.remember.data):
        password_tries.record_wrong_password(attempt, _find_stored_name(username))
        form.form_errors.append(f"{WRONG_CREDENTIALS_MESSAGE}{_warn_of_pause(attempt)}")
        return _render_sign_in(form), 422
    return redirect(_find_next_url(), 303)


def _warn_of_pause(attempt: ReservedAttempt) -> str:
    """Return how many tries are left, when they are few; they count for this device or address.

    Says nothing of the name that was typed: the count is the same for every name.
    """
    left = login_attempts.MAX_ATTEMPTS - attempt.count
    if left > MAX_TRIES_TOLD:
        return ""
    minutes = int(LOCKOUT_WINDOW.total_seconds()) // 60
    if left <= 0:
        return f" That was the last try: wait {minutes} minutes or ask an admin to help."
    tries = "1 try" if left == 1 else f"{left} tries"
    return f" {tries} left before sign-in is locked for {minutes} minutes."


def _refuse_locked(form: SignInForm, lockout: Lockout) -> ResponseReturnValue:
    form.form_errors.append(lockout.message)
    return _render_sign_in(form), 429, {"Retry-After": lockout.retry_after}


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """End the session on the server, and forget it in this browser."""
    is_ended = _end_current_session()
    session.clear()
    # After clear(): it leaves a mark in the session that deletes the remember-me cookie.
    logout_user()
    if is_ended:
        flash("You are signed out.", "success")
    else:
        flash(NOT_ENDED_MESSAGE, "error")
    response = make_response(redirect(url_for("accounts.sign_in"), 303))
    # Not "cookies": the known device's would go as well (known_devices.py).
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _end_current_session() -> bool:
    """Delete the row of this browser's session; False when the database takes no writes."""
    # Loads the user, and with it the session.
    username = current_username()
    open_session = current_session()
    if open_session is None:
        return True
    user_id = current_user.id
    try:
        with audited_write("sign_out", username):
            login_sessions.end_session(open_session.id, user_id)
    except WRITE_ERRORS:
        return False
    return True


def _find_stored_name(username: str) -> str:
    """Return the name of the user who has it, or "": people type passwords into the wrong field."""
    user = queries.find_user_by_name(username)
    if user is None:
        return ""
    return user.username


def _complete_sign_in(user: AppUser, attempt: ReservedAttempt, *, remember: bool) -> bool:
    """Begin a session and sign this browser in; False when the user has just been deleted."""
    user_id, username = user.id, user.username
    wrong_tries = queries.count_recent_attempts(queries.build_account_key(username)) - 1
    with audited_write("sign_in", username):
        # The check of the password takes 0.15 s: the user may be deleted meanwhile.
        stored_user = queries.find_user(user_id)
        if stored_user is None:
            return False
        login_attempts.give_attempt_back(attempt)
        token = login_sessions.begin_session(stored_user, describe_device(), remember=remember)
    open_browser_session(stored_user, token, remember=remember)
    if wrong_tries >= MANY_WRONG_TRIES:
        flash(GUESSED_MESSAGE.format(wrong_tries), "warning")
    return True


def _render_sign_in(form: SignInForm) -> str:
    has_users = queries.has_users()
    if not has_users:
        # "Please sign in." is no help where no one can: the page says where to begin.
        session.pop("_flashes", None)
    return render_template(
        "accounts/sign_in.html",
        form=form,
        next_path=parse_local_path(request.args.get("next")),
        has_users=has_users,
    )


def _find_next_url() -> str:
    """Return the URL of `next` if a GET of it has a view, else of the dashboard."""
    next_path = parse_local_path(request.args.get("next"))
    if not next_path:
        return url_for("dashboard.show_dashboard")
    try:
        current_app.url_map.bind(request.host).match(urlsplit(next_path).path, method="GET")
    except (NotFound, MethodNotAllowed, RequestRedirect, ValueError):
        return url_for("dashboard.show_dashboard")
    return next_path
