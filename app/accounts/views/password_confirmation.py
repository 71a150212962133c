"""Asking for the password again before something delicate, when it was entered long ago."""

from datetime import timedelta
from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.actions import login_sessions
from app.accounts.password_hashes import NO_PASSWORD_HASH
from app.accounts.second_factor_queries import must_set_up_second_factor
from app.accounts.sign_in_forms import ConfirmationForm
from app.accounts.views import password_tries
from app.accounts.views.blueprint import bp
from app.accounts.views.browser_sessions import (
    current_session,
    exchange_cookie_token,
    find_session_token,
)
from app.accounts.views.code_checks import accept_code
from app.accounts.views.next_pages import find_view_endpoint
from app.accounts.views.password_tries import Lockout
from app.audit.actions import audited_write
from app.core.access import current_username, parse_local_path, signed_in_required
from app.core.clock import now
from app.core.form_fields import add_error
from app.core.kept_fields import (
    KeptForm,
    collect_kept_fields,
    find_page_path,
    find_request_path,
)
from app.core.recent_sign_in import is_download, needs_recent_sign_in, set_sign_in_check

# So long a delicate page does not ask for the password again.
CONFIRMATION_LIFETIME = timedelta(minutes=15)
APP_CODE_DIGITS = 6
OWN_FIELDS = ("again_password", "again_method", "again_url", "again_page", "csrf_token")
SETUP_ENDPOINT = "accounts.show_second_factor"
# What whoever must set up a second factor may open before.
ENDPOINTS_BEFORE_SETUP = {
    SETUP_ENDPOINT,
    "accounts.start_second_factor",
    "accounts.confirm_second_factor",
    "accounts.confirm_sign_in",
    "accounts.change_own_password",
    "accounts.logout",
}
SETUP_MESSAGE = "Your organization asks for a second factor. Set it up to go on."
WRONG_MESSAGE = "That is not your password."
WRONG_WITH_CODE_MESSAGE = "That is neither your password nor a new code of your app."


def check_session(view: Any) -> ResponseReturnValue | None:
    """Return what is answered instead of a view that the user may call; None: nothing.

    Whoever must have a second factor is led to set it up. A view that needs a recent sign-in asks
    for the password again, unless it was entered in this session within 15 minutes.
    """
    open_session = current_session()
    if open_session is None or open_session.by_proxy:
        # The proxy asks as often as it is told to.
        return None
    if request.endpoint not in ENDPOINTS_BEFORE_SETUP and must_set_up_second_factor(current_user):
        if view.speaks_json:
            return jsonify(error="Set up a second factor first."), 401
        flash(SETUP_MESSAGE, "warning")
        return redirect(url_for(SETUP_ENDPOINT))
    if not needs_recent_sign_in(view) or is_sign_in_recent():
        return None
    return _ask_again()


@bp.record_once
def _install_check(state: Any) -> None:
    set_sign_in_check(state.app, check_session)


def is_sign_in_recent() -> bool:
    """Whether the password was entered in this session lately, or the user has none."""
    open_session = current_session()
    if open_session is None or current_user.password_hash == NO_PASSWORD_HASH:
        # Users of the demo's link have nothing to enter.
        return True
    confirmed_at = open_session.confirmed_at
    return confirmed_at is not None and confirmed_at > now() - CONFIRMATION_LIFETIME


def _ask_again() -> ResponseReturnValue:
    """Show the form now for a POST, to keep what was typed; lead a GET to it."""
    if request.method != "POST":
        page = find_page_path() if request.referrer else None
        return redirect(
            url_for("accounts.confirm_sign_in", next=find_request_path(), page=page), 303
        )
    fields = collect_kept_fields()
    page_path = find_page_path()
    if fields is None:
        # Too much to be kept on this page; the browser's way back still has it.
        return redirect(url_for("accounts.confirm_sign_in", next=page_path), 303)
    kept_form = KeptForm(_leave_out_own_fields(fields), find_request_path(), page_path)
    return _render_confirmation(ConfirmationForm(formdata=None), "POST", kept_form), 401


@bp.route("/account/confirm", methods=["GET", "POST"])
@signed_in_required
def confirm_sign_in() -> ResponseReturnValue:
    """Ask for the password again, or a code; then go on with what was asked for."""
    form = ConfirmationForm()
    method, kept_form = _read_request_to_go_on_with()
    if not form.validate_on_submit():
        return _render_confirmation(form, method, kept_form), 422 if form.errors else 200
    attempt = password_tries.reserve_own_attempt()
    if isinstance(attempt, Lockout):
        add_error(form.again_password, attempt.message)
        page = _render_confirmation(form, method, kept_form)
        return page, 429, {"Retry-After": attempt.retry_after}
    if not _is_right(form.again_password.data or ""):
        password_tries.record_wrong_password(attempt, current_username())
        has_code = current_user.has_second_factor
        add_error(form.again_password, WRONG_WITH_CODE_MESSAGE if has_code else WRONG_MESSAGE)
        return _render_confirmation(form, method, kept_form), 422
    password_tries.give_attempt_back(attempt)
    _confirm_session()
    return _go_on(method, kept_form)


def _is_right(typed: str) -> bool:
    """Whether it is the user's password, or with a second factor a code that counts."""
    digits = typed.replace(" ", "")
    is_code = digits.isdecimal() and len(digits) == APP_CODE_DIGITS
    if is_code and current_user.has_second_factor:
        return bool(accept_code(current_user, digits))
    return bool(current_user.check_password(typed))


def _confirm_session() -> None:
    """Note the moment, and give the browser another token: a copied cookie confirms nothing."""
    open_session = current_session()
    token, username = find_session_token(), current_username()
    if open_session is None:
        return
    with audited_write("sign_in.confirmed", username):
        new_token = login_sessions.confirm_session(open_session.id, token)
    if new_token is not None:
        exchange_cookie_token(new_token)


def _read_request_to_go_on_with() -> tuple[str, KeptForm]:
    """Return method, address and fields of what was asked for when the password was needed."""
    home = url_for("dashboard.show_dashboard")
    if request.method != "POST":
        page_url = parse_local_path(request.args.get("page")) or home
        send_url = parse_local_path(request.args.get("next")) or home
        return "GET", KeptForm([], send_url, page_url)
    fields = _leave_out_own_fields(collect_kept_fields() or [])
    method = "POST" if request.form.get("again_method") == "POST" else "GET"
    send_url = parse_local_path(request.form.get("again_url")) or home
    page_url = parse_local_path(request.form.get("again_page")) or home
    return method, KeptForm(fields, send_url, page_url)


def _leave_out_own_fields(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in OWN_FIELDS]


def _go_on(method: str, kept_form: KeptForm) -> ResponseReturnValue:
    """Send what was asked for: a redirect with 307 lets the browser post the same fields."""
    endpoint = find_view_endpoint(kept_form.send_url, method)
    if endpoint is None:
        return redirect(url_for("dashboard.show_dashboard"), 303)
    if is_download(current_app.view_functions[endpoint]):
        return render_template(
            "accounts/confirmed_download.html", method=method, kept_form=kept_form
        )
    return redirect(kept_form.send_url, 307 if method == "POST" else 303)


def _render_confirmation(form: ConfirmationForm, method: str, kept_form: KeptForm) -> str:
    return render_template("accounts/confirm.html", form=form, method=method, kept_form=kept_form)
