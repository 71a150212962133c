"""One practice phone: see what it got, write back, change how it behaves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core import template_filters
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.delivery.carriers.sandbox_models import PhoneBehaviour
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import is_e164
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.keywords.queries import find_active_trigger_words
from app.sandbox import actions, queries
from app.sandbox.forms import (
    BEHAVIOUR_DESCRIPTIONS,
    BEHAVIOUR_LABELS,
    PhoneBehaviourForm,
    PhonePictureForm,
    PhoneTextForm,
)
from app.sandbox.views.blueprint import bp, dispatch_text_or_flash, get_sender_number
from app.suppression.queries import find_suppression_reason

SUGGESTED_TEXTS = ("YES", "STOP", "START", "HELP")
MAX_SUGGESTED_KEYWORDS = 12


@bp.get("/<digits>")
@roles_required(*ALL_ROLES)
def show_phone(digits: str) -> ResponseReturnValue:
    """One phone; with `text` in the address, that is typed on it already."""
    typed = request.args.get("text", "").replace("\x00", "")[:MAX_MESSAGE_CHARACTERS]
    return _render_phone(
        _parse_number_or_404(digits), PhoneTextForm(formdata=None, data={"body": typed})
    )


@bp.get("/<digits>/live")
@roles_required(*ALL_ROLES, json=True)
def poll_phone_screen(digits: str) -> ResponseReturnValue:
    """What has changed on the phone since `mark`; 204 when nothing has."""
    screen = queries.load_phone_screen(_parse_number_or_404(digits))
    if request.args.get("mark") == screen.fingerprint:
        return "", 204
    return render_template(
        "sandbox/_live.html", digits=digits, screen=screen, clock=_format_clock_time
    )


@bp.post("/<digits>/text")
@roles_required(*ALL_ROLES)
def send_text_from_phone(digits: str) -> ResponseReturnValue:
    """The phone writes to us."""
    number, form = _parse_number_or_404(digits), PhoneTextForm()
    if not form.validate():
        return _render_phone(number, form), 422
    with audited_write("sandbox.wrote", current_username()) as trace:
        trace.about = sid = actions.queue_text_from_phone(
            number, get_sender_number(), str(form.body.data)
        )
    dispatch_text_or_flash(sid)
    return redirect(url_for("sandbox.show_phone", digits=digits), 303)


@bp.post("/<digits>/picture")
@roles_required(*ALL_ROLES)
def send_picture_from_phone(digits: str) -> ResponseReturnValue:
    """The phone sends a picture, with or without words."""
    number, form = _parse_number_or_404(digits), PhonePictureForm()
    if not form.validate():
        return _render_phone(number, form), 422
    with audited_write("sandbox.wrote", current_username()) as trace:
        trace.about = sid = actions.queue_text_from_phone(
            number, get_sender_number(), str(form.body.data), picture=True
        )
    dispatch_text_or_flash(sid)
    return redirect(url_for("sandbox.show_phone", digits=digits), 303)


@bp.post("/<digits>/mood")
@roles_required(*ALL_ROLES)
def change_phone_behaviour(digits: str) -> ResponseReturnValue:
    """The phone behaves differently from now on."""
    number, form = _parse_number_or_404(digits), PhoneBehaviourForm()
    if not form.validate():
        abort(400)
    with audited_write("sandbox.mood", current_username()) as trace:
        actions.set_phone_behaviour(number, PhoneBehaviour(str(form.mood.data)))
        trace.details["mood"] = form.mood.data
    return redirect(url_for("sandbox.show_phone", digits=digits), 303)


def _parse_number_or_404(digits: str) -> str:
    if not is_e164(f"+{digits}"):
        abort(404)
    return f"+{digits}"


def _render_phone(number: str, form: PhoneTextForm) -> str:
    reason = find_suppression_reason(number)
    return render_template(
        "sandbox/phone.html",
        number=number,
        digits=number[1:],
        name=queries.find_display_names([number]).get(number),
        screen=queries.load_phone_screen(number),
        form=form,
        clock=_format_clock_time,
        suggested_texts=SUGGESTED_TEXTS,
        trigger_words=find_active_trigger_words(now(), MAX_SUGGESTED_KEYWORDS),
        behaviour=queries.get_phone_behaviour(number),
        behaviour_labels=BEHAVIOUR_LABELS,
        behaviour_descriptions=BEHAVIOUR_DESCRIPTIONS,
        skip_reason=SKIP_REASON_LABELS[reason] if reason else None,
    )


def _format_clock_time(moment: datetime) -> str:
    """The time with seconds in the organisation's zone; with the day when that is not today."""
    place = ZoneInfo(template_filters.get_display_timezone())
    here = moment.astimezone(place)
    return (
        f"{here:%H:%M:%S}"
        if here.date() == now().astimezone(place).date()
        else template_filters.format_local_time(moment)
    )
