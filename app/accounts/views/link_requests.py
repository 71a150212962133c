""" "Forgot your password?": a link by e-mail where there is mail, else words on whom to ask."""

import logging
import threading

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import queries
from app.accounts.actions import account_links
from app.accounts.actions.login_attempts import count_limited_try
from app.accounts.link_forms import LinkRequestForm
from app.accounts.link_models import LINK_LIFETIMES, LinkKind
from app.accounts.link_queries import find_open_link
from app.accounts.models import AppUser
from app.accounts.name_queries import find_user_by_email
from app.accounts.views.blueprint import bp
from app.accounts.views.link_addresses import build_link_words, build_mailed_url
from app.audit.actions import audited_write
from app.core.access import public
from app.core.clock import now
from app.core.db import db, write
from app.core.mail import MailFailed, send_mail
from app.core.settings import Settings, current_settings
from app.domain.accounts.link_mails import write_reset

# From one address, within a quarter of an hour.
MAX_REQUESTS = 5
TOO_MANY_MESSAGE = "Too many links were asked for from here. Wait 15 minutes and try again."
MAIL_THREAD_NAME = "mail of a reset link"
# A mail server that hangs must not fill the process with threads.
MAIL_SLOTS = threading.BoundedSemaphore(4)

log = logging.getLogger(__name__)


@bp.route("/login/forgot", methods=["GET", "POST"])
@public
def ask_for_link() -> ResponseReturnValue:
    """Mail a link to whoever has a confirmed address. The answer is the same for every name."""
    form = LinkRequestForm()
    has_mail = can_mail_links(current_settings())
    if not has_mail or not form.validate_on_submit():
        return _render(form, has_mail=has_mail), 422 if form.errors else 200
    address_key = "reset:" + queries.build_address_key(request.remote_addr)
    with write():
        is_allowed = count_limited_try(address_key, MAX_REQUESTS)
    if not is_allowed:
        form.form_errors.append(TOO_MANY_MESSAGE)
        return _render(form, has_mail=True), 429, {"Retry-After": "900"}
    _start_mailing((form.name.data or "").strip())
    return _render(form, has_mail=True, is_sent=True), 200


def can_mail_links(settings: Settings) -> bool:
    """Whether links can be mailed: there is a mail server, and an address that they begin with."""
    return bool(settings.has_mail and settings.public_base_url)


def _render(form: LinkRequestForm, *, has_mail: bool, is_sent: bool = False) -> str:
    return render_template(
        "accounts/ask_for_link.html", form=form, has_mail=has_mail, is_sent=is_sent
    )


def _start_mailing(name: str) -> None:
    """Look the name up and mail the link in a thread.

    Whoever asks waits as long for an unknown name, and never for the mail server.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if not MAIL_SLOTS.acquire(blocking=False):
        log.warning("a reset link was not mailed: others wait for the mail server")
        return
    thread = threading.Thread(
        target=_run_mailing, args=(app, name), name=MAIL_THREAD_NAME, daemon=True
    )
    thread.start()


def _run_mailing(app: Flask, name: str) -> None:
    try:
        with app.test_request_context(base_url=app.extensions["settings"].public_base_url):
            mail_reset_link(name)
    except Exception:
        log.exception("a reset link was not mailed")
    finally:
        MAIL_SLOTS.release()


def mail_reset_link(name: str) -> None:
    """Mail a link to the user of this user name or address, if they may have one.

    The address must be confirmed. A link that is still open is not replaced: somebody who knows a
    name could make the links of others useless.
    """
    user = queries.find_user_by_name(queries.clean_username(name)) or find_user_by_email(name)
    if user is None or not _may_have_link(user):
        return
    user_id, email = user.id, str(user.email)
    with audited_write("password.link_asked", user.username) as trace:
        trace.user_id = user_id
        token = account_links.make_link(user_id, LinkKind.RESET)
    db.session.expire_all()
    stored_user = queries.find_user(user_id)
    if stored_user is None:
        return
    url = build_mailed_url("accounts.choose_password", token)
    words = build_link_words(stored_user, url, now() + LINK_LIFETIMES[LinkKind.RESET])
    mail = write_reset(words)
    try:
        send_mail(current_settings(), email, mail.subject, mail.text)
    except MailFailed as error:
        log.warning("the reset link of user %s was not mailed: %s", user_id, error.word)
        with write():
            account_links.delete_unused_links(user_id)


def _may_have_link(user: AppUser) -> bool:
    if user.disabled_at is not None or not user.email or user.email_verified_at is None:
        return False
    return find_open_link(user.id) is None
