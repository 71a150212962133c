"""Signing in and out."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

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
from app.domain.time.local_times import is_time_zone
from app.organisation import queries as organisation

REMEMBER_ME_DURATION = timedelta(days=30)
WRONG_CREDENTIALS_MESSAGE = "Wrong name or password."


@bp.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Name and password; the answer never says which was wrong."""
    if current_user.is_authenticated:
        return redirect(_find_next_url(), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return _render_sign_in(form), 422 if form.errors else 200
    username = queries.clean_username(form.username.data)
    if answer := find_lockout_message(username):
        form.form_errors.append(answer[0])
        return _render_sign_in(form), 429, {"Retry-After": answer[1]}
    user = queries.authenticate_user(username, form.password.data or "")
    user = _complete_sign_in(user) if user else None
    if user is None:
        log_failed_login(username)
        form.form_errors.append(WRONG_CREDENTIALS_MESSAGE)
        return _render_sign_in(form), 422
    start_login_session(user, remember=form.remember.data)
    return redirect(_find_next_url(), 303)


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """This device forgets who was signed in."""
    session.clear()
    logout_user()  # after clear(): it leaves a note in the session to delete the remember-me cookie
    flash("You are signed out.", "success")
    return redirect(url_for("accounts.sign_in"), 303)


def start_login_session(user: AppUser, *, remember: bool) -> None:
    """Sign this browser in. Nothing of the session before is kept."""
    session.clear()
    login_user(user, remember=remember, duration=REMEMBER_ME_DURATION)


def find_lockout_message(username: str) -> tuple[str, str] | None:
    """The sentence and the Retry-After seconds while this address or this name is locked out."""
    until = queries.find_lockout_end(*_build_lockout_keys(username))
    if until is None:
        return None
    zone = organisation.get_organisation_timezone()
    shown = (until + timedelta(seconds=59)).astimezone(
        ZoneInfo(zone) if is_time_zone(zone) else UTC
    )
    return f"Too many wrong tries. Locked until {shown:%H:%M}.", str(_count_seconds_until(until))


def log_failed_login(username: str) -> None:
    """Count it.

    Only names that exist are written down: people type passwords into the wrong field.
    """
    known = queries.find_user_by_name(username)
    with audited_write("sign_in.refused", known.username if known else current_username()):
        actions.record_failed_login(*_build_lockout_keys(username))


def _complete_sign_in(user: AppUser) -> AppUser | None:
    """The user again, if still there after the slow check; older wrong tries from here are
    forgotten.
    """
    user_id, username = user.id, user.username
    with audited_write("sign_in", username):
        actions.clear_failed_logins(queries.build_address_key(request.remote_addr))
    return queries.find_user(user_id)


def _build_lockout_keys(username: str) -> tuple[str, str]:
    return queries.build_address_key(request.remote_addr), queries.build_account_key(username)


def _count_seconds_until(moment: datetime) -> int:
    return max(1, int((moment - now()).total_seconds()) + 1)


def _render_sign_in(form: SignInForm) -> str:
    onwards = parse_local_path(request.args.get("next"))
    return render_template(
        "accounts/sign_in.html",
        form=form,
        onwards=onwards,
        nobody=not queries.has_users(),
    )


def _find_next_url() -> str:
    """The page that was asked for before signing in, if it is one of ours that can be opened;
    else home.
    """
    wanted = parse_local_path(request.args.get("next"))
    try:
        current_app.url_map.bind(request.host).match(urlsplit(wanted or "").path, method="GET")
    except (NotFound, MethodNotAllowed, RequestRedirect, ValueError):
        return url_for("dashboard.show_dashboard")
    return wanted or url_for("dashboard.show_dashboard")
