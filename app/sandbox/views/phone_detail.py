"""One sandbox phone: see what it got, write back, change how it behaves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core import local_formats
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.delivery.carriers.sandbox_models import PhoneBehaviour
from app.delivery.carriers.sandbox_phone_storage import get_phone_behaviour, set_phone_behaviour
from app.domain.accounts.permissions import Permission
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import is_e164
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.events.queries.contact_names import find_display_names
from app.keywords.queries import find_active_trigger_words
from app.sandbox.actions.sandbox_phones import queue_text_from_phone
from app.sandbox.forms import (
    BEHAVIOUR_DESCRIPTIONS,
    BEHAVIOUR_LABELS,
    PhoneBehaviourForm,
    PhonePictureForm,
    PhoneTextForm,
)
from app.sandbox.queries.phone_screen import load_phone_screen
from app.sandbox.views.blueprint import bp, dispatch_text_or_flash, get_sender_number
from app.suppression.queries.sending_permission import find_suppression_reason

SUGGESTED_TEXTS = ("YES", "STOP", "START", "HELP")
MAX_SUGGESTED_KEYWORDS = 12


@bp.get("/<digits>")
@permission_required(Permission.SEND_TEXTS, with_numbers=True)
def show_phone(digits: str) -> ResponseReturnValue:
    """Show one phone; the parameter `text` is typed on it already."""
    body = request.args.get("text", "").replace("\x00", "")[:MAX_MESSAGE_CHARACTERS]
    form = PhoneTextForm(formdata=None, data={"body": body})
    return _render_phone(_parse_number_or_404(digits), form)


@bp.get("/<digits>/live")
@permission_required(Permission.SEND_TEXTS, json=True, with_numbers=True)
def poll_phone_screen(digits: str) -> ResponseReturnValue:
    """Return the changing parts of the phone's page, or 204 while it still looks like `mark`."""
    screen = load_phone_screen(_parse_number_or_404(digits))
    if request.args.get("mark") == screen.fingerprint:
        return "", 204
    return render_template(
        "sandbox/_live.html", digits=digits, screen=screen, clock=_format_clock_time
    )


@bp.post("/<digits>/text")
@permission_required(Permission.SEND_TEXTS, with_numbers=True)
def send_text_from_phone(digits: str) -> ResponseReturnValue:
    """Send a text from the phone to us."""
    number = _parse_number_or_404(digits)
    form = PhoneTextForm()
    if not form.validate():
        return _render_phone(number, form), 422
    return _queue_and_dispatch_text(number, str(form.body.data))


@bp.post("/<digits>/picture")
@permission_required(Permission.SEND_TEXTS, with_numbers=True)
def send_picture_from_phone(digits: str) -> ResponseReturnValue:
    """Send a picture from the phone to us, with or without a text."""
    number = _parse_number_or_404(digits)
    form = PhonePictureForm()
    if not form.validate():
        return _render_phone(number, form), 422
    return _queue_and_dispatch_text(number, str(form.body.data), has_picture=True)


def _queue_and_dispatch_text(
    number: str, body: str, *, has_picture: bool = False
) -> ResponseReturnValue:
    with audited_write("sandbox.wrote", current_username()) as trace:
        sid = queue_text_from_phone(number, get_sender_number(), body, has_picture=has_picture)
        trace.about = sid
    dispatch_text_or_flash(sid)
    return redirect(url_for("sandbox.show_phone", digits=number[1:]), 303)


@bp.post("/<digits>/mood")
@permission_required(Permission.SEND_TEXTS, with_numbers=True)
def change_phone_behaviour(digits: str) -> ResponseReturnValue:
    """Change how the phone behaves from now on."""
    number = _parse_number_or_404(digits)
    form = PhoneBehaviourForm()
    if not form.validate():
        abort(400)
    with audited_write("sandbox.mood", current_username()) as trace:
        set_phone_behaviour(number, PhoneBehaviour(str(form.mood.data)))
        trace.details["mood"] = form.mood.data
    return redirect(url_for("sandbox.show_phone", digits=digits), 303)


def _parse_number_or_404(digits: str) -> str:
    if not is_e164(f"+{digits}"):
        abort(404)
    return f"+{digits}"


def _render_phone(number: str, form: PhoneTextForm) -> str:
    skip_reason = None
    reason = find_suppression_reason(number)
    if reason:
        skip_reason = SKIP_REASON_LABELS[reason]
    return render_template(
        "sandbox/phone.html",
        number=number,
        digits=number[1:],
        name=find_display_names([number]).get(number),
        screen=load_phone_screen(number),
        form=form,
        clock=_format_clock_time,
        suggested_texts=SUGGESTED_TEXTS,
        trigger_words=find_active_trigger_words(now(), MAX_SUGGESTED_KEYWORDS),
        behaviour=get_phone_behaviour(number),
        behaviour_labels=BEHAVIOUR_LABELS,
        behaviour_descriptions=BEHAVIOUR_DESCRIPTIONS,
        skip_reason=skip_reason,
    )


def _format_clock_time(moment: datetime) -> str:
    """Return today's times as hours, minutes and seconds, others with their day."""
    zone = ZoneInfo(local_formats.get_display_timezone())
    local = moment.astimezone(zone)
    if local.date() != now().astimezone(zone).date():
        return local_formats.format_local_time(moment)
    return local_formats.format_time_of_day(local.time(), with_seconds=True)
