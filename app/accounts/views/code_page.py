"""The second step of signing in: a code of the authenticator app, or a recovery code."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app.accounts.models import AppUser
from app.accounts.second_factor_models import PendingSignIn
from app.accounts.second_factor_queries import count_recovery_codes, find_pending_sign_in
from app.accounts.sign_in_forms import CodeForm
from app.accounts.views import password_tries
from app.accounts.views.blueprint import bp
from app.accounts.views.code_checks import RECOVERY_CODE, accept_code, is_secret_lost
from app.accounts.views.next_pages import find_next_path, find_next_url
from app.accounts.views.password_tries import Lockout
from app.accounts.views.sign_in_completion import SignInProof, complete_sign_in
from app.core.access import public
from app.core.form_fields import add_error

# In the session cookie: the token of a sign-in whose password was right.
PENDING_KEY = "pending_sign_in"
TOO_LATE_MESSAGE = "Enter your password again. The code must follow within 5 minutes."
WRONG_CODE_MESSAGE = "That code is wrong, or was used already."
FEW_CODES = 3


@bp.route("/login/code", methods=["GET", "POST"])
@public
def enter_code() -> ResponseReturnValue:
    """Ask for the code after the right password; sign in with it."""
    match = find_pending_sign_in(str(session.get(PENDING_KEY, "")))
    if match is None:
        flash(TOO_LATE_MESSAGE, "warning")
        return redirect(url_for("accounts.sign_in", next=find_next_path()), 303)
    pending, user = match
    form = CodeForm()
    if not form.validate_on_submit():
        return _render_code_page(form, user), 422 if form.errors else 200
    attempt = password_tries.reserve_code_attempt(user)
    if isinstance(attempt, Lockout):
        add_error(form.code, attempt.message)
        return _render_code_page(form, user), 429, {"Retry-After": attempt.retry_after}
    if not password_tries.slow_down(attempt):
        password_tries.give_attempt_back(attempt)
        add_error(form.code, password_tries.BUSY_LOCKOUT.message)
        return _render_code_page(form, user), 429, {"Retry-After": "5"}
    kind = accept_code(user, form.code.data or "")
    if not kind:
        password_tries.record_wrong_password(attempt, user.username, "sign_in.code_refused")
        add_error(form.code, f"{WRONG_CODE_MESSAGE}{password_tries.warn_of_pause(attempt)}")
        return _render_code_page(form, user), 422
    return _finish_sign_in(pending, user, attempt, kind)


def _finish_sign_in(
    pending: PendingSignIn, user: AppUser, attempt: password_tries.ReservedAttempt, kind: str
) -> ResponseReturnValue:
    next_url, user_id = find_next_url(), user.id
    proof = SignInProof(
        pending.session_key,
        attempt,
        pending_id=pending.id,
        details={"second_factor": kind},
    )
    if not complete_sign_in(user, proof, remember=pending.remembered):
        flash(TOO_LATE_MESSAGE, "warning")
        return redirect(url_for("accounts.sign_in"), 303)
    if kind == RECOVERY_CODE:
        _tell_codes_left(count_recovery_codes(user_id))
    return redirect(next_url, 303)


def _tell_codes_left(count: int) -> None:
    """Say how many recovery codes are left; few are a reason to make new ones."""
    advice = ""
    if count <= FEW_CODES:
        advice = " Make new ones under Your account, Second factor."
    flash(f"Recovery codes left: {count}.{advice}", "warning" if advice else "info")


def _render_code_page(form: CodeForm, user: AppUser) -> str:
    return render_template(
        "accounts/code.html",
        form=form,
        next_path=find_next_path(),
        is_secret_lost=is_secret_lost(user),
    )
