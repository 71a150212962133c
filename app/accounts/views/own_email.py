"""One's own e-mail address: entered here or by an admin, confirmed by a link in an e-mail."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from app.accounts import queries
from app.accounts.actions import user_changes
from app.accounts.actions.login_attempts import count_limited_try
from app.accounts.link_forms import OwnEmailForm
from app.accounts.models import AppUser
from app.accounts.views.blueprint import bp
from app.accounts.views.link_addresses import build_link_words, build_mailed_url
from app.accounts.views.link_requests import can_mail_links
from app.audit.actions import audited_write
from app.core.access import current_username, public, signed_in_required
from app.core.clock import now
from app.core.db import UniqueViolation, write
from app.core.form_fields import add_error
from app.core.mail import MailFailed, send_mail
from app.core.recent_sign_in import recent_sign_in_required
from app.core.settings import current_settings
from app.domain.accounts.link_mails import write_confirmation

CONFIRMATION_LIFETIME = timedelta(days=1)
SALT = "confirm-email"
# Within a quarter of an hour, to one user's address.
MAX_CONFIRMATIONS = 3
EMAIL_TAKEN_MESSAGE = "Another user has this address."


@bp.route("/account/email", methods=["GET", "POST"])
@signed_in_required
@recent_sign_in_required
def edit_own_email() -> ResponseReturnValue:
    """Show and store one's own e-mail address, and mail a link that confirms it."""
    form = OwnEmailForm(current_user.id, obj=current_user)
    if form.validate_on_submit():
        user_id = current_user.id
        try:
            with audited_write("email.changed", current_username()):
                user_changes.set_user_email(user_id, form.email.data)
        except UniqueViolation:
            add_error(form.email, EMAIL_TAKEN_MESSAGE)
        else:
            flash(ask_for_confirmation(user_id) or "E-mail address saved.", "success")
            return redirect(url_for("accounts.edit_own_email"), 303)
    page = render_template(
        "accounts/own_email.html", form=form, has_mail=can_mail_links(current_settings())
    )
    return page, 422 if form.errors else 200


def ask_for_confirmation(user_id: int) -> str:
    """Mail a link to a user's address that is not confirmed; return a sentence on it, or "".

    "" where there is no mail, no address, or nothing to confirm.
    """
    settings = current_settings()
    user = queries.find_user(user_id)
    if user is None or not user.email or user.email_verified_at or not can_mail_links(settings):
        return ""
    with write():
        is_allowed = count_limited_try(f"confirm-email:{user_id}", MAX_CONFIRMATIONS)
    user = queries.find_user(user_id)
    if user is None or not user.email:
        return ""
    if not is_allowed:
        return f"Several e-mails went to {user.email} already. Wait 15 minutes for another one."
    url = build_mailed_url("accounts.confirm_email", _get_serializer().dumps([user_id, user.email]))
    mail = write_confirmation(build_link_words(user, url, now() + CONFIRMATION_LIFETIME))
    try:
        send_mail(settings, user.email, mail.subject, mail.text)
    except MailFailed as error:
        return f"No e-mail could be sent to {user.email}. {error.sentence}"
    return f"An e-mail with a link was sent to {user.email}. Open it to confirm the address."


@bp.route("/account/email/confirm", methods=["GET", "POST"])
@public
def confirm_email() -> ResponseReturnValue:
    """Note that an address is the user's own, for whoever has the mailed link.

    Only POST does it: mail servers open links to look for bad ones.
    """
    token = request.values.get("token", "")
    user, email = _find_unconfirmed(token)
    if user is None:
        return render_template("accounts/email_refused.html"), 403
    if request.method != "POST":
        return render_template("accounts/confirm_email.html", user=user, email=email, token=token)
    user_id, username = user.id, user.username
    with audited_write("email.confirmed", username) as trace:
        trace.user_id = user_id
        is_confirmed = user_changes.verify_user_email(user_id, email)
    if not is_confirmed:
        return render_template("accounts/email_refused.html"), 403
    flash("Your e-mail address is confirmed.", "success")
    return redirect(url_for("accounts.sign_in"), 303)


def _find_unconfirmed(token: str) -> tuple[AppUser | None, str]:
    """Return user and address of a mailed link; None when the user has another one by now."""
    try:
        max_age = int(CONFIRMATION_LIFETIME.total_seconds())
        user_id, email = _get_serializer().loads(token, max_age=max_age)
    except (BadData, ValueError, TypeError):
        return None, ""
    user = queries.find_user(user_id)
    if user is None or user.email != email or user.disabled_at is not None:
        return None, ""
    return user, email


def _get_serializer() -> URLSafeTimedSerializer:
    settings = current_settings()
    # The last one signs; the others belong to e-mails from before SECRET_KEY was changed.
    keys = [*settings.secret_key_fallbacks, settings.secret_key]
    return URLSafeTimedSerializer(keys, salt=SALT)
