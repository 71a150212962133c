"""Signing in and out."""

from flask import (
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

from app.accounts import queries
from app.accounts.actions import login_attempts, login_sessions
from app.accounts.actions.login_attempts import ReservedAttempt
from app.accounts.actions.pending_sign_ins import begin_pending_sign_in
from app.accounts.forms import SignInForm
from app.accounts.models import AppUser
from app.accounts.views import password_tries
from app.accounts.views.blueprint import bp
from app.accounts.views.browser_sessions import (
    WRITE_ERRORS,
    current_session,
)
from app.accounts.views.code_page import PENDING_KEY
from app.accounts.views.next_pages import find_next_path, find_next_url
from app.accounts.views.password_renewal import authenticate_and_renew
from app.accounts.views.password_tries import Lockout
from app.accounts.views.proxy_sign_in import find_proxy_user, sign_in_by_proxy
from app.accounts.views.sign_in_completion import SignInProof, complete_sign_in
from app.audit.actions import audited_write
from app.core.access import current_username, public
from app.core.db import write
from app.core.proxy_user import find_proxy_username

WRONG_CREDENTIALS_MESSAGE = "Wrong username or password."
NOT_ENDED_MESSAGE = (
    "You are signed out in this browser, but the session could not be ended on the server. "
    "Sign in again later and end it under Your account."
)
# In the address of the sign-in page after signing out: the proxy would sign in again at once.
SIGNED_OUT = "signed_out"
PROXY_GOES_ON_MESSAGE = (
    "You are signed out here, but not where you signed in to your organization. Sign out there "
    "as well, or close the browser."
)


@bp.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Show the login form; sign in. The error never says which of name and password was wrong."""
    if current_user.is_authenticated or _is_signed_in_by_proxy():
        return redirect(find_next_url(), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return _render_sign_in(form), 422 if form.errors else 200
    username = queries.clean_username(form.username.data)
    attempt = password_tries.reserve_sign_in_attempt(username)
    if isinstance(attempt, Lockout):
        return _refuse_locked(form, attempt)
    if not password_tries.slow_down(attempt):
        password_tries.give_attempt_back(attempt)
        return _refuse_locked(form, password_tries.BUSY_LOCKOUT)
    user = authenticate_and_renew(username, form.password.data or "")
    if user is not None and user.has_second_factor:
        return redirect(_ask_for_code(user, attempt, remember=form.remember.data), 303)
    if user is None or not complete_sign_in(
        user, SignInProof(user.session_key, attempt), remember=form.remember.data
    ):
        password_tries.record_wrong_password(attempt, _find_stored_name(username))
        warning = password_tries.warn_of_pause(attempt)
        form.form_errors.append(f"{WRONG_CREDENTIALS_MESSAGE}{warning}")
        return _render_sign_in(form), 422
    return redirect(find_next_url(), 303)


def _is_signed_in_by_proxy() -> bool:
    """Sign in whom the proxy names; not right after signing out, and not instead of a form."""
    return request.method == "GET" and SIGNED_OUT not in request.args and sign_in_by_proxy()


def _refuse_locked(form: SignInForm, lockout: Lockout) -> ResponseReturnValue:
    form.form_errors.append(lockout.message)
    return _render_sign_in(form), 429, {"Retry-After": lockout.retry_after}


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """End the session on the server, and forget it in this browser."""
    open_session = current_session() if current_user.is_authenticated else None
    is_by_proxy = open_session is not None and open_session.by_proxy
    is_ended = _end_current_session()
    session.clear()
    # After clear(): it leaves a mark in the session that deletes the remember-me cookie.
    logout_user()
    if not is_ended:
        flash(NOT_ENDED_MESSAGE, "error")
    elif is_by_proxy:
        flash(PROXY_GOES_ON_MESSAGE, "warning")
    else:
        flash("You are signed out.", "success")
    page_url = url_for("accounts.sign_in", signed_out=1 if is_by_proxy else None)
    response = make_response(redirect(page_url, 303))
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


def _ask_for_code(user: AppUser, attempt: ReservedAttempt, *, remember: bool) -> str:
    """Keep on the server that the password was right; return where the code is asked for."""
    user_id = user.id
    with write():
        login_attempts.give_attempt_back(attempt)
        token = begin_pending_sign_in(queries.find_user(user_id) or user, remember=remember)
    session.clear()
    session[PENDING_KEY] = token
    return url_for("accounts.enter_code", next=find_next_path())


def _render_sign_in(form: SignInForm) -> str:
    has_users = queries.has_users()
    if not has_users:
        # "Please sign in." is no help where no one can: the page says where to begin.
        session.pop("_flashes", None)
    return render_template(
        "accounts/sign_in.html",
        form=form,
        next_path=find_next_path(),
        has_users=has_users,
        proxy_name=find_proxy_username(),
        proxy_user=find_proxy_user(),
    )
