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
from app.accounts.views.room import bp
from app.audit.actions import act
from app.domain.hours import is_zone
from app.kit.access import anyone, local_path, who
from app.kit.clock import now
from app.organisation import queries as organisation

REMEMBERED = timedelta(days=30)
WRONG = "Wrong name or password."


@bp.route("/login", methods=["GET", "POST"])
@anyone
def sign_in() -> ResponseReturnValue:
    """Name and password; the answer never says which was wrong."""
    if current_user.is_authenticated:
        return redirect(_onwards(), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    username = queries.clean_username(form.username.data)
    if answer := refusal_while_locked(username):
        form.form_errors.append(answer[0])
        return _page(form), 429, {"Retry-After": answer[1]}
    user = queries.user_with(username, form.password.data or "")
    user = _let_in(user) if user else None
    if user is None:
        note_wrong_try(username)
        form.form_errors.append(WRONG)
        return _page(form), 422
    begin_session(user, remember=form.remember.data)
    return redirect(_onwards(), 303)


@bp.post("/logout")
@anyone
def logout() -> ResponseReturnValue:
    """This device forgets who was signed in."""
    session.clear()
    logout_user()  # after clear(): it leaves a note in the session to delete the remember-me cookie
    flash("You are signed out.", "success")
    return redirect(url_for("accounts.sign_in"), 303)


def begin_session(user: AppUser, *, remember: bool) -> None:
    """Sign this browser in. Nothing of the session before is kept."""
    session.clear()
    login_user(user, remember=remember, duration=REMEMBERED)


def refusal_while_locked(username: str) -> tuple[str, str] | None:
    """The sentence and the Retry-After seconds while this address or this name is locked out."""
    until = queries.locked_until(*_keys(username))
    if until is None:
        return None
    zone = organisation.timezone()
    shown = (until + timedelta(seconds=59)).astimezone(
        ZoneInfo(zone) if is_zone(zone) else UTC
    )
    return f"Too many wrong tries. Locked until {shown:%H:%M}.", str(_seconds_to(until))


def note_wrong_try(username: str) -> None:
    """Count it.

    Only names that exist are written down: people type passwords into the wrong field.
    """
    known = queries.named(username)
    with act("sign_in.refused", known.username if known else who()):
        actions.note_wrong_try(*_keys(username))


def _let_in(user: AppUser) -> AppUser | None:
    """The user again, if still there after the slow check; older wrong tries from here are
    forgotten.
    """
    user_id, username = user.id, user.username
    with act("sign_in", username):
        actions.forgive(queries.address_key(request.remote_addr))
    return queries.user(user_id)


def _keys(username: str) -> tuple[str, str]:
    return queries.address_key(request.remote_addr), queries.account_key(username)


def _seconds_to(moment: datetime) -> int:
    return max(1, int((moment - now()).total_seconds()) + 1)


def _page(form: SignInForm) -> str:
    onwards = local_path(request.args.get("next"))
    return render_template(
        "accounts/sign_in.html",
        form=form,
        onwards=onwards,
        nobody=not queries.anybody(),
    )


def _onwards() -> str:
    """The page that was asked for before signing in, if it is one of ours that can be opened;
    else home.
    """
    wanted = local_path(request.args.get("next"))
    try:
        current_app.url_map.bind(request.host).match(
            urlsplit(wanted or "").path, method="GET"
        )
    except (NotFound, MethodNotAllowed, RequestRedirect, ValueError):
        return url_for("dashboard.home")
    return wanted or url_for("dashboard.home")
