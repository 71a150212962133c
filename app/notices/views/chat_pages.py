"""The admin's page of notices: the mail server, PING_URL, and the organisation's chats."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.db import NotFound, UniqueViolation
from app.core.form_fields import add_error
from app.core.mail import MailFailed, send_mail
from app.core.recent_sign_in import recent_sign_in_required
from app.core.settings import current_settings
from app.domain.notices.chat_shapes import SHAPE_LABELS
from app.domain.notices.notice_kinds import NoticeChannel, NoticeKind
from app.domain.notices.notice_sentences import build_mail_text, build_test
from app.notices.actions import chat_changes
from app.notices.forms.chat_form import ChatForm
from app.notices.models import ChatWebhook
from app.notices.queries.chat_records import find_chat, list_chats, name_host
from app.notices.queries.readers import can_reach
from app.notices.sending.chat_posting import post_to_chat
from app.notices.sending.health_ping import find_ping_outcome
from app.notices.sending.http_posting import RequestFailed
from app.notices.views.blueprint import bp

TAKEN_ERRORS = {
    "chat_webhooks.name": ("name", "Another chat has this name."),
    "chat_webhooks.url": ("url", "Another chat has this address."),
}
REQUEST_SENTENCES = {
    "unreachable": "The address did not answer within ten seconds.",
    "no_apprise": "The package apprise is not installed on the server.",
}


@bp.route("/settings/notices", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def edit_chats() -> ResponseReturnValue:
    """Show how staff are told; add a chat."""
    form = ChatForm()
    if form.validate_on_submit() and _store(form, None):
        flash(f"{form.name.data} was added. Send it a test.", "success")
        return redirect(url_for("notices.edit_chats"), 303)
    settings = current_settings()
    page = render_template(
        "notices/settings.html",
        form=form,
        chats=[(chat, SHAPE_LABELS[chat.shape], name_host(chat)) for chat in list_chats()],
        settings=settings,
        can_mail_me=can_reach(current_user, NoticeChannel.MAIL),
        ping=find_ping_outcome() if settings.ping_url else None,
    )
    return page, 422 if form.errors else 200


@bp.route("/settings/notices/chats/<int:webhook_id>", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def edit_chat(webhook_id: int) -> ResponseReturnValue:
    """Show and store one chat."""
    chat = _find_chat_or_404(webhook_id)
    values = {"name": chat.name, "shape": chat.shape.value, "is_active": chat.is_active}
    form = ChatForm(chat.url, data=values | {"kinds": chat.kinds.split()})
    host = name_host(chat)
    if form.validate_on_submit() and _store(form, webhook_id):
        flash(f"{form.name.data} was saved.", "success")
        return redirect(url_for("notices.edit_chats"), 303)
    page = render_template("notices/chat.html", form=form, chat_id=webhook_id, host=host)
    return page, 422 if form.errors else 200


@bp.post("/settings/notices/chats/<int:webhook_id>/delete")
@admin_required
def delete_chat(webhook_id: int) -> ResponseReturnValue:
    """Forget a chat's address; what waits for it is not sent."""
    name = _find_chat_or_404(webhook_id).name
    try:
        with audited_write("chat.deleted", current_username()) as trace:
            trace.details = {"title": name}
            chat_changes.delete_chat(webhook_id)
    except NotFound:
        abort(404)
    flash(f"{name} was deleted.", "success")
    return redirect(url_for("notices.edit_chats"), 303)


@bp.post("/settings/notices/chats/<int:webhook_id>/test")
@admin_required
def test_chat(webhook_id: int) -> ResponseReturnValue:
    """Post a test to a chat at once, and say what became of it."""
    chat = _find_chat_or_404(webhook_id)
    name = chat.name
    try:
        post_to_chat(current_settings(), chat.shape, chat.url, NoticeKind.TEST, build_test())
    except RequestFailed as error:
        flash(f"{name}: {_describe_failure(error.word)}", "error")
    else:
        flash(f"{name} took the test.", "success")
    return redirect(url_for("notices.edit_chats"), 303)


@bp.post("/settings/notices/mail-test")
@admin_required
def test_mail() -> ResponseReturnValue:
    """Send an e-mail to oneself at once, and say what became of it."""
    settings, address = current_settings(), current_user.email or ""
    text = build_mail_text(build_test(), settings.public_base_url)
    try:
        send_mail(settings, address, build_test().subject, text)
    except MailFailed as error:
        flash(error.sentence, "error")
    else:
        flash("The mail server took the e-mail. Look into your mailbox.", "success")
    return redirect(url_for("notices.edit_chats"), 303)


def _store(form: ChatForm, webhook_id: int | None) -> bool:
    """Store a chat; False with an error beside the field where another one has the value."""
    values: dict[str, Any] = form.get_column_values()
    verb = "chat.added" if webhook_id is None else "chat.changed"
    try:
        with audited_write(verb, current_username()) as trace:
            trace.details = {"title": values["name"]}
            if webhook_id is None:
                chat_changes.add_chat(values)
            else:
                chat_changes.change_chat(webhook_id, values)
    except UniqueViolation as error:
        name, sentence = TAKEN_ERRORS[error.column]
        add_error(form[name], sentence)
        return False
    except NotFound:
        abort(404)
    return True


def _find_chat_or_404(webhook_id: int) -> ChatWebhook:
    chat = find_chat(webhook_id)
    if chat is None:
        abort(404)
    return chat


def _describe_failure(word: str) -> str:
    if word.startswith("http_"):
        return f"The address answered with {word.removeprefix('http_')}."
    return REQUEST_SENTENCES.get(word, "The address could not be used.")
