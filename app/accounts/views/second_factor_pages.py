"""One's own second factor: set up with an authenticator app, new recovery codes, switched off."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.actions import second_factors
from app.accounts.second_factor_queries import (
    count_recovery_codes,
    encrypt_pending_secret,
    encrypt_secret,
    must_set_up_second_factor,
    read_pending_secret,
)
from app.accounts.sign_in_forms import CodeForm, FactorRemovalForm
from app.accounts.views import password_tries
from app.accounts.views.blueprint import bp
from app.accounts.views.code_checks import accept_code, is_secret_lost
from app.accounts.views.password_tries import Lockout
from app.audit.actions import audited_write
from app.core.access import current_username, signed_in_required
from app.core.clock import now
from app.core.form_fields import add_error
from app.core.recent_sign_in import recent_sign_in_required
from app.domain.accounts.one_time_codes import (
    build_recovery_codes,
    build_secret,
    build_setup_uri,
    draw_qr_code,
    find_matching_step,
    write_in_groups,
)
from app.organisation.queries import get_organisation

WRONG_CODE_MESSAGE = (
    "That code is wrong or too old. Check that the time on your phone is right, and enter the "
    "code that the app shows now."
)
SETUP_OVER_MESSAGE = (
    "You started this more than 15 minutes ago, or finished it elsewhere. Start again, and scan "
    "the new code."
)
WRONG_PASSWORD_MESSAGE = "That is not your password."


@bp.get("/account/second-factor")
@signed_in_required
@recent_sign_in_required
def show_second_factor() -> ResponseReturnValue:
    """Show whether there is a second factor; while one is set up, its QR code."""
    return _render_page()


@bp.post("/account/second-factor/start")
@signed_in_required
@recent_sign_in_required
def start_second_factor() -> ResponseReturnValue:
    """Make a secret for an authenticator app; it counts once a code of it was entered.

    Where there is a factor already, a code of it is asked for as well: with a password alone
    nobody makes another phone the one that counts.
    """
    user_id, form = current_user.id, CodeForm()
    if refusal := _refuse_without_code(form, "start_form"):
        return refusal
    pending = encrypt_pending_secret(build_secret(), user_id, now())
    with audited_write("second_factor.started", current_username()):
        second_factors.begin_setup(user_id, pending)
    return redirect(url_for("accounts.show_second_factor"), 303)


@bp.post("/account/second-factor/confirm")
@signed_in_required
@recent_sign_in_required
def confirm_second_factor() -> ResponseReturnValue:
    """Let the new secret count when a code of it is right; show the recovery codes once."""
    form = CodeForm()
    pending, user_id = current_user.pending_totp_secret, current_user.id
    secret = read_pending_secret(pending, user_id, now())
    if pending is None or secret is None:
        flash(SETUP_OVER_MESSAGE, "warning")
        return redirect(url_for("accounts.show_second_factor"), 303)
    if not form.validate():
        return _render_page(code_form=form), 422
    step = find_matching_step(secret, form.code.data or "", now())
    if step is None:
        add_error(form.code, WRONG_CODE_MESSAGE)
        return _render_page(code_form=form), 422
    codes = build_recovery_codes()
    with audited_write("second_factor.set_up", current_username()):
        is_set_up = second_factors.finish_setup(
            user_id, pending, encrypt_secret(secret, user_id), step, codes
        )
    if not is_set_up:
        return redirect(url_for("accounts.show_second_factor"), 303)
    return _render_codes(codes)


@bp.post("/account/second-factor/codes")
@signed_in_required
@recent_sign_in_required
def renew_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes, which are shown once; the earlier ones do not count any more."""
    if not current_user.has_second_factor:
        return redirect(url_for("accounts.show_second_factor"), 303)
    user_id, form = current_user.id, CodeForm()
    if refusal := _refuse_without_code(form, "renewal_form"):
        return refusal
    codes = build_recovery_codes()
    with audited_write("second_factor.codes_renewed", current_username()):
        second_factors.replace_recovery_codes(user_id, codes)
    return _render_codes(codes)


def _refuse_without_code(form: CodeForm, form_name: str) -> ResponseReturnValue | None:
    """Return the page that says why a typed code does not count; None: it does, or none is needed.

    `form_name`: what the page calls this form.
    """
    if not current_user.has_second_factor:
        return None
    if not form.validate():
        return _render_page(**{form_name: form}), 422
    username, attempt = current_username(), password_tries.reserve_own_attempt()
    if isinstance(attempt, Lockout):
        add_error(form.code, attempt.message)
        return _render_page(**{form_name: form}), 429, {"Retry-After": attempt.retry_after}
    if not accept_code(current_user, form.code.data or ""):
        password_tries.record_wrong_password(attempt, username)
        add_error(form.code, WRONG_CODE_MESSAGE)
        return _render_page(**{form_name: form}), 422
    password_tries.give_attempt_back(attempt)
    return None


@bp.post("/account/second-factor/remove")
@signed_in_required
def remove_own_second_factor() -> ResponseReturnValue:
    """Switch the second factor off, with the password and a code."""
    form = FactorRemovalForm()
    user_id, username = current_user.id, current_username()
    if not current_user.has_second_factor:
        return redirect(url_for("accounts.show_second_factor"), 303)
    if not form.validate():
        return _render_page(removal_form=form), 422
    attempt = password_tries.reserve_own_attempt()
    if isinstance(attempt, Lockout):
        form.form_errors.append(attempt.message)
        return _render_page(removal_form=form), 429, {"Retry-After": attempt.retry_after}
    if not _is_removal_allowed(form):
        password_tries.record_wrong_password(attempt, username)
        return _render_page(removal_form=form), 422
    password_tries.give_attempt_back(attempt)
    with audited_write("second_factor.removed", username):
        second_factors.remove_second_factor(user_id, by_admin=False)
    flash("Your second factor is off. You sign in with your password alone.", "success")
    return redirect(url_for("accounts.show_second_factor"), 303)


def _is_removal_allowed(form: FactorRemovalForm) -> bool:
    """Whether password and code are right; what is wrong is said beside its field."""
    if not current_user.check_password(form.password.data or ""):
        add_error(form.password, WRONG_PASSWORD_MESSAGE)
        return False
    if not accept_code(current_user, form.code.data or ""):
        add_error(form.code, WRONG_CODE_MESSAGE)
        return False
    return True


def _render_codes(codes: list[str]) -> str:
    return render_template("accounts/recovery_codes.html", codes=codes)


def _render_page(**submitted: CodeForm) -> str:
    """Return the page; `submitted`: the form that was sent, the others are empty."""
    forms: dict[str, CodeForm] = {
        "code_form": CodeForm(formdata=None),
        "start_form": CodeForm(formdata=None),
        "renewal_form": CodeForm(formdata=None),
        "removal_form": FactorRemovalForm(formdata=None),
    }
    forms |= submitted
    # Several fields called "code" are on one page; labels, hints and errors name them by their ids.
    for name in ("start", "renewal", "removal"):
        forms[f"{name}_form"].code.id = f"{name}-code"
    secret = read_pending_secret(current_user.pending_totp_secret, current_user.id, now())
    organisation = get_organisation()
    qr_code = None
    if secret is not None:
        uri = build_setup_uri(secret, current_user.username, organisation.name)
        qr_code = draw_qr_code(uri)
    return render_template(
        "accounts/second_factor.html",
        **forms,
        secret=write_in_groups(secret) if secret else None,
        qr_code=qr_code,
        codes_left=count_recovery_codes(current_user.id),
        is_secret_lost=is_secret_lost(current_user),
        must_set_up=must_set_up_second_factor(current_user),
    )
