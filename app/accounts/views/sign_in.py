"""Signing in and out."""

from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import (
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.accounts import actions, queries
from app.accounts.forms import SignInForm
from app.accounts.models import AppUser
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core.access import current_username, parse_local_path, public
from app.core.clock import now
from app.domain.time.local_times import zone_or_utc
from app.organisation import queries as organisation

REMEMBER_ME_DURATION = timedelta(days=30)
WRONG_CREDENTIALS_MESSAGE = "Wrong name or password."


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
    if lockout := find_lockout(username):
        form.form_errors.append(lockout.message)
        return _render_sign_in(form), 429, {"Retry-After": lockout.retry_after}
    user = queries.authenticate_user(username, form.password.data or "")
    if user is not None:
        user = _complete_sign_in(user)
    if user is None:
        log_failed_login(username)
        form.form_errors.append(WRONG_CREDENTIALS_MESSAGE)
        return _render_sign_in(form), 422
    start_login_session(user, remember=form.remember.data)
    return redirect(_find_next_url(), 303)


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Sign this browser out, and forget its remember-me cookie."""
    session.clear()
    # After clear(): it leaves a mark in the session that deletes the remember-me cookie.
    logout_user()
    flash("You are signed out.", "success")
    return redirect(url_for("accounts.sign_in"), 303)


def start_login_session(user: AppUser, *, remember: bool) -> None:
    """Sign this browser in with an empty session."""
    session.clear()
    login_user(user, remember=remember, duration=REMEMBER_ME_DURATION)


class Lockout(NamedTuple):
    """What a locked-out visitor is told; `retry_after` is the value of the header, in seconds."""

    message: str
    retry_after: str


def find_lockout(username: str) -> Lockout | None:
    """Return the lockout of the request's address or of this user name, or None."""
    end = queries.find_lockout_end(*_build_lockout_keys(username))
    if end is None:
        return None
    zone = zone_or_utc(organisation.get_organisation_timezone())
    # Rounded up to the minute: at 12:05:30 the page must not say "until 12:05".
    local_end = (end + timedelta(seconds=59)).astimezone(zone)
    message = f"Too many wrong tries. Locked until {local_end:%H:%M}."
    return Lockout(message, str(_count_seconds_until(end)))


def log_failed_login(username: str) -> None:
    """Count a failed login, with an audit row."""
    # Only an existing name is stored: people type passwords into the wrong field.
    audited_name = current_username()
    user = queries.find_user_by_name(username)
    if user is not None:
        audited_name = user.username
    with audited_write("sign_in.refused", audited_name):
        actions.record_failed_login(*_build_lockout_keys(username))


def _complete_sign_in(user: AppUser) -> AppUser | None:
    """Forget the failed logins of this address; return the user if still there."""
    # The check of the password takes 0.15 s: the user may be deleted meanwhile.
    user_id, username = user.id, user.username
    with audited_write("sign_in", username):
        actions.clear_failed_logins(queries.build_address_key(request.remote_addr))
    return queries.find_user(user_id)


def _build_lockout_keys(username: str) -> tuple[str, str]:
    return queries.build_address_key(request.remote_addr), queries.build_account_key(username)


def _count_seconds_until(moment: datetime) -> int:
    return max(1, int((moment - now()).total_seconds()) + 1)


def _render_sign_in(form: SignInForm) -> str:
    return render_template(
        "accounts/sign_in.html",
        form=form,
        next_path=parse_local_path(request.args.get("next")),
        has_users=queries.has_users(),
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
