"""One practice phone: see what it got, write back, change how it behaves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core import template_filters
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.delivery.carriers.sandbox_models import Mood
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import is_e164
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.keywords.queries import words_now
from app.sandbox import actions, queries
from app.sandbox.forms import MEANINGS, MOODS, MoodForm, PictureForm, TextForm
from app.sandbox.views.room import bp, bring_in, our_number
from app.suppression.queries import is_left_out

TRY = ("YES", "STOP", "START", "HELP")
MOST_WORDS = 12


@bp.get("/<digits>")
@roles_required(*ALL_ROLES)
def phone(digits: str) -> ResponseReturnValue:
    """One phone; with `text` in the address, that is typed on it already."""
    typed = request.args.get("text", "").replace("\x00", "")[:MAX_MESSAGE_CHARACTERS]
    return _phone(_number(digits), TextForm(formdata=None, data={"body": typed}))


@bp.get("/<digits>/live")
@roles_required(*ALL_ROLES, json=True)
def live(digits: str) -> ResponseReturnValue:
    """What has changed on the phone since `mark`; 204 when nothing has."""
    screen = queries.screen(_number(digits))
    if request.args.get("mark") == screen.mark:
        return "", 204
    return render_template(
        "sandbox/_live.html", digits=digits, screen=screen, clock=_clock
    )


@bp.post("/<digits>/text")
@roles_required(*ALL_ROLES)
def write_back(digits: str) -> ResponseReturnValue:
    """The phone writes to us."""
    number, form = _number(digits), TextForm()
    if not form.validate():
        return _phone(number, form), 422
    with audited_write("sandbox.wrote", current_username()) as trace:
        trace.about = sid = actions.write_back(
            number, our_number(), str(form.body.data)
        )
    bring_in(sid)
    return redirect(url_for("sandbox.phone", digits=digits), 303)


@bp.post("/<digits>/picture")
@roles_required(*ALL_ROLES)
def picture(digits: str) -> ResponseReturnValue:
    """The phone sends a picture, with or without words."""
    number, form = _number(digits), PictureForm()
    if not form.validate():
        return _phone(number, form), 422
    with audited_write("sandbox.wrote", current_username()) as trace:
        trace.about = sid = actions.write_back(
            number, our_number(), str(form.body.data), picture=True
        )
    bring_in(sid)
    return redirect(url_for("sandbox.phone", digits=digits), 303)


@bp.post("/<digits>/mood")
@roles_required(*ALL_ROLES)
def mood(digits: str) -> ResponseReturnValue:
    """The phone behaves differently from now on."""
    number, form = _number(digits), MoodForm()
    if not form.validate():
        abort(400)
    with audited_write("sandbox.mood", current_username()) as trace:
        actions.set_mood(number, Mood(str(form.mood.data)))
        trace.details["mood"] = form.mood.data
    return redirect(url_for("sandbox.phone", digits=digits), 303)


def _number(digits: str) -> str:
    if not is_e164(f"+{digits}"):
        abort(404)
    return f"+{digits}"


def _phone(number: str, form: TextForm) -> str:
    reason = is_left_out(number)
    return render_template(
        "sandbox/phone.html",
        number=number,
        digits=number[1:],
        name=queries.names_of([number]).get(number),
        screen=queries.screen(number),
        form=form,
        clock=_clock,
        chips=TRY,
        words=words_now(now(), MOST_WORDS),
        mood=queries.mood_of(number),
        moods=MOODS,
        meanings=MEANINGS,
        left_out=SKIP_REASON_LABELS[reason] if reason else None,
    )


def _clock(moment: datetime) -> str:
    """The time with seconds in the organisation's zone; with the day when that is not today."""
    place = ZoneInfo(template_filters.get_display_timezone())
    here = moment.astimezone(place)
    return (
        f"{here:%H:%M:%S}"
        if here.date() == now().astimezone(place).date()
        else template_filters.format_local_time(moment)
    )
