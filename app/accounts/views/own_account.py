"""The pages of one's own account: password, colours, and where one is signed in."""

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from app.accounts import queries
from app.accounts.actions import login_sessions, user_changes
from app.accounts.actions.login_attempts import ReservedAttempt
from app.accounts.forms import DisplayNameForm, OwnPhoneForm, ThemeForm
from app.accounts.own_phone_queries import find_own_phone, has_practice_phones
from app.accounts.password_forms import OwnPasswordForm
from app.accounts.password_hashes import hash_password
from app.accounts.scope_choices import load_scope_choices
from app.accounts.user_rights import describe_user_rights
from app.accounts.views import password_tries
from app.accounts.views.blueprint import bp
from app.accounts.views.browser_sessions import current_session, start_login_session
from app.accounts.views.password_tries import Lockout
from app.audit.actions import audited_write
from app.core.access import current_username, may_open, signed_in_required
from app.core.db import write
from app.core.form_fields import add_error
from app.core.recent_sign_in import recent_sign_in_required


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in_required
def change_own_password() -> ResponseReturnValue:
    """Show the account page; change one's own password."""
    form = OwnPasswordForm(current_user.username)
    if not form.is_submitted():
        return render_own_account(form)
    # Wrong passwords of strangers do not count here: whoever is signed in must be able to change
    # a password that somebody is guessing.
    attempt = password_tries.reserve_own_attempt()
    if isinstance(attempt, Lockout):
        form.form_errors.append(attempt.message)
        return render_own_account(form), 429, {"Retry-After": attempt.retry_after}
    if not _validate_password_change(form, attempt):
        return render_own_account(form), 422
    next_endpoint = "accounts.change_own_password"
    if current_user.must_change_password:
        next_endpoint = "dashboard.show_dashboard"
    _update_own_password(current_user.id, form.new_password.data or "")
    flash("Password changed. Your other devices were signed out.", "success")
    return redirect(url_for(next_endpoint), 303)


@bp.post("/account/theme")
@signed_in_required
def change_own_theme() -> ResponseReturnValue:
    """Change the colours in which one sees the pages."""
    form = ThemeForm()
    if not form.validate_on_submit():
        return render_own_account(theme_form=form), 422
    user_id = current_user.id
    with write():
        user_changes.set_user_theme(user_id, form.theme.data)
    flash("Appearance saved.", "success")
    return redirect(url_for("accounts.change_own_password"), 303)


@bp.post("/account/name")
@signed_in_required
def change_own_name() -> ResponseReturnValue:
    """Change how pages call oneself; the user name for signing in stays."""
    form = DisplayNameForm(current_user.id)
    if not form.validate_on_submit():
        return render_own_account(name_form=form), 422
    user_id = current_user.id
    with audited_write("name.changed", current_username()):
        user_changes.set_display_name(user_id, form.cleaned_name)
    flash("Name saved.", "success")
    return redirect(url_for("accounts.change_own_password"), 303)


def render_own_account(
    form: OwnPasswordForm | None = None,
    theme_form: ThemeForm | None = None,
    name_form: DisplayNameForm | None = None,
    phone_form: OwnPhoneForm | None = None,
) -> str:
    """Return the account page; the forms that are not given are as stored."""
    if form is None:
        form = OwnPasswordForm(current_user.username, formdata=None)
    if theme_form is None:
        theme_form = ThemeForm(formdata=None, theme=current_user.theme)
    if name_form is None:
        name_form = DisplayNameForm(
            current_user.id, formdata=None, display_name=current_user.display_name
        )
    if phone_form is None:
        phone_form = OwnPhoneForm(formdata=None, phone=current_user.pending_phone)
    own_phone = find_own_phone(current_user)
    phone_page = None
    if own_phone and has_practice_phones() and may_open("sandbox.show_phone"):
        phone_page = url_for("sandbox.show_phone", digits=own_phone[1:])
    return render_template(
        "accounts/own.html",
        form=form,
        theme_form=theme_form,
        name_form=name_form,
        phone_form=phone_form,
        own_phone=own_phone,
        phone_page=phone_page,
        rights=describe_user_rights(current_user, load_scope_choices()),
    )


def _validate_password_change(form: OwnPasswordForm, attempt: ReservedAttempt) -> bool:
    """Whether the form is valid; a wrong current password stays counted."""
    is_valid = form.validate()
    if not current_user.check_password(form.current_password.data or ""):
        password_tries.record_wrong_password(attempt, current_username())
        add_error(form.current_password, "That is not your current password.")
        return False
    password_tries.give_attempt_back(attempt)
    return bool(is_valid)


def _update_own_password(user_id: int, new_password: str) -> None:
    """Store the password and end every session of this user but the current one."""
    open_session = current_session()
    password_hash = hash_password(new_password)
    with audited_write("password.changed", current_username()):
        user_changes.set_user_password(user_id, password_hash, must_change=False)
    user = queries.find_user(user_id)
    if user is not None:
        remember = open_session is not None and open_session.remembered
        start_login_session(user, remember=remember)


@bp.get("/account")
@signed_in_required
def list_own_sessions() -> ResponseReturnValue:
    """List where one is signed in."""
    sessions = queries.list_open_sessions(current_user)
    return render_template("accounts/sessions.html", sessions=sessions, current=current_session())


@bp.post("/account/sessions/<int:login_id>/end")
@signed_in_required
@recent_sign_in_required
def end_own_session(login_id: int) -> ResponseReturnValue:
    """End one of one's own sessions; of this browser as well."""
    if login_id < 1:
        abort(404)
    user_id = current_user.id
    with audited_write("session.ended", current_username()):
        is_ended = login_sessions.end_session(login_id, user_id)
    if is_ended:
        flash("Device signed out.", "success")
    else:
        flash("That device was already signed out.", "info")
    return redirect(url_for("accounts.list_own_sessions"), 303)


@bp.post("/account/sessions/end")
@signed_in_required
@recent_sign_in_required
def end_all_own_sessions() -> ResponseReturnValue:
    """Sign oneself out everywhere, here too."""
    user_id = current_user.id
    with audited_write("session.all_ended", current_username()) as audit:
        audit.details["sessions"] = login_sessions.end_sessions(user_id)
    session.clear()
    logout_user()
    flash("You are signed out on every device.", "success")
    return redirect(url_for("accounts.sign_in"), 303)
