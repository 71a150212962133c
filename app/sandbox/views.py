"""The practice phones: pick a person, see what they got, write back, change how the phone behaves."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import act
from app.community.queries import page as community_page
from app.delivery.carriers.postman import Postman
from app.delivery.carriers.sandbox_models import Mood
from app.domain.permission import LEFT_OUT_WORDS
from app.domain.phone import is_e164
from app.kit import filters
from app.kit.access import BOTH, needs, who
from app.kit.clock import now
from app.kit.pages import asked
from app.kit.settings import Settings
from app.organisation.queries import region
from app.sandbox import actions, queries
from app.sandbox.forms import MEANINGS, MOODS, MoodForm, StrangerForm, TextForm
from app.suppression.queries import is_left_out

bp = Blueprint("sandbox", __name__, url_prefix="/sandbox")

TRY = ("YES", "STOP", "START", "HELP")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@bp.before_request
def only_in_practice() -> None:
    """With a real carrier there are no pretend phones."""
    if _settings().carrier != "sandbox":
        abort(404)


@bp.get("")
@needs(*BOTH)
def phones() -> ResponseReturnValue:
    """Everybody whose phone can be played."""
    return _phones(StrangerForm(formdata=None))


@bp.get("/open")
@needs(*BOTH)
def open_phone() -> ResponseReturnValue:
    """The phone of whoever has the number that was typed."""
    form = StrangerForm(request.args)
    if form.validate():
        return redirect(url_for("sandbox.phone", digits=form.phone.phone.e164[1:]), 303)
    return _phones(form), 422


def _phones(form: StrangerForm) -> str:
    page = community_page(asked(("name",), "name"), region())
    return render_template(
        "sandbox/phones.html",
        page=page,
        everybody=queries.lines([(member.phone, member.name) for member in page.rows]),
        recent=queries.recent(page.search) if page.number == 1 else [],
        form=form,
        changed=queries.changed_moods(),
        moods=MOODS,
    )


@bp.post("/working")
@needs(*BOTH)
def all_working() -> ResponseReturnValue:
    """All phones work again."""
    with act("sandbox.all_working", who()) as trace:
        trace.details["phones"] = actions.everybody_works()
    flash("All phones work again.", "success")
    return redirect(url_for("sandbox.phones"), 303)


@bp.get("/<digits>")
@needs(*BOTH)
def phone(digits: str) -> ResponseReturnValue:
    """One phone."""
    return _phone(_number(digits), TextForm(formdata=None))


@bp.get("/<digits>/live")
@needs(*BOTH, json=True)
def live(digits: str) -> ResponseReturnValue:
    """What has changed on the phone since `mark`; 204 when nothing has."""
    screen = queries.screen(_number(digits))
    if request.args.get("mark") == screen.mark:
        return "", 204
    return render_template("sandbox/_live.html", digits=digits, screen=screen, clock=_clock)


@bp.post("/<digits>/text")
@needs(*BOTH)
def write_back(digits: str) -> ResponseReturnValue:
    """The phone writes to us."""
    number, form = _number(digits), TextForm()
    if not form.validate():
        return _phone(number, form), 422
    with act("sandbox.wrote", who()) as trace:
        trace.about = sid = actions.write_back(number, _settings().sender, str(form.body.data))
    app: Any = current_app
    if not Postman.of(app._get_current_object()).post_now(sid):
        flash("The text is still on its way. Look again in a moment.", "info")
    return redirect(url_for("sandbox.phone", digits=digits), 303)


@bp.post("/<digits>/mood")
@needs(*BOTH)
def mood(digits: str) -> ResponseReturnValue:
    """The phone behaves differently from now on."""
    number, form = _number(digits), MoodForm()
    if not form.validate():
        abort(400)
    with act("sandbox.mood", who()) as trace:
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
        mood=queries.mood_of(number),
        moods=MOODS,
        meanings=MEANINGS,
        left_out=LEFT_OUT_WORDS[reason] if reason else None,
    )


def _clock(moment: datetime) -> str:
    """The time with seconds in the organisation's zone; with the day when that is not today."""
    place = ZoneInfo(filters.zone())
    here = moment.astimezone(place)
    return f"{here:%H:%M:%S}" if here.date() == now().astimezone(place).date() else filters.local(moment)
