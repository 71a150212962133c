"""Whatever the hours, the numbers and the moments: no one is texted in a quiet minute."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
import time_machine
from phonenumbers import timezone

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import text_holding
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import BlastTarget, MessageKind, MessageStatus
from app.domain.delivery.send_rate import TokenBucket
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import BlackoutDay, TextingHoursMode, TextingHoursSetting
from tests.delivery.helpers import FAST

PURPOSES = {"blast": MessageKind.BLAST, "reminder": MessageKind.REMINDER}
# One zone, two, or the two of a country; Kathmandu's clocks are 45 minutes off.
NUMBERS = (
    "+13035550142",
    "+12125550143",
    "+18085550144",
    "+19075550145",
    "+447400123456",
    "+81312345678",
    "+9779812345678",
    "+351912345678",
    "+61291234567",
)


def make_week(dice):
    """Return [opens, closes] for each day, wide enough that any two zones share an hour."""
    opens, closes = dice.randint(4 * 60, 9 * 60), dice.randint(19 * 60, 24 * 60)
    return [[opens, closes] if dice.random() < 0.8 or day == 0 else None for day in range(7)]


def is_open(phone, week, days, moment):
    """Whether it is an open minute on every clock where the number may be, by another way."""
    zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
    for zone in zones:
        local = moment.astimezone(ZoneInfo(zone))
        window = week[local.weekday()]
        minute = local.hour * 60 + local.minute
        if window is None or local.date() in days or not window[0] <= minute < window[1]:
            return False
    return True


@pytest.fixture
def quiet_app(make_app):
    app = make_app(**FAST)
    with app.app_context(), write() as session:
        create_default_hours().mode = TextingHoursMode.ON
        for kind in PURPOSES.values():
            log = MessageLog(
                message_body="Hello",
                target=BlastTarget.COMMUNITY,
                status="processing",
                proven=True,
                carrier="sandbox",
            )
            session.add(log)
            session.flush()
            for phone in NUMBERS:
                session.add(
                    Message(
                        kind=kind, phone=phone, body="Hello", status="queued", message_log_id=log.id
                    )
                )
    return app


def set_hours(app, dice, around):
    """Choose hours and days without texts; return the weeks by kind, and the days."""
    weeks = {purpose: make_week(dice) for purpose in ("blast", "reminder", "survey")}
    days = {around + timedelta(days=dice.randint(0, 6)) for _ in range(dice.randint(0, 2))}
    with app.app_context(), write() as session:
        session.get_one(TextingHoursSetting, 1).windows = json.dumps(weeks)
        session.execute(db.delete(BlackoutDay))
        session.add_all(BlackoutDay(day=day, name="No texts") for day in days)
    return {kind: weeks[purpose] for purpose, kind in PURPOSES.items()}, days


def claim_and_put_back(app):
    """Claim what may leave now; return (phone, kind) of each, and let all of it wait again."""
    capacity = SendCapacity(1000, TokenBucket(10_000), 0.0)
    with app.app_context(), write() as session:
        text_holding.release_due_texts("sandbox", now())
        ids = [message.message_id for message in claim_messages("sandbox", capacity, now())]
        rows = session.execute(db.select(Message.phone, Message.kind).where(Message.id.in_(ids)))
        claimed = {(row.phone, row.kind) for row in rows}
        session.execute(db.update(Message).values(status=MessageStatus.QUEUED))
    return claimed


def test_no_one_is_texted_in_a_quiet_minute_and_no_one_waits_in_an_open_one(quiet_app):
    """Over the days on which Europe's and America's clocks change, and an ordinary week."""
    dice = random.Random()
    for season in (date(2026, 3, 6), date(2026, 10, 23), date(2026, 11, 30)) * 2:
        weeks, days = set_hours(quiet_app, dice, season)
        moment = datetime.combine(season, datetime.min.time(), UTC)
        for _ in range(10):
            moment += timedelta(minutes=dice.randint(1, 900))
            with time_machine.travel(moment, tick=False):
                with quiet_app.app_context(), write():
                    text_holding.rejudge_held_texts("sandbox", None, now())
                claimed = claim_and_put_back(quiet_app)
            may_leave = {
                (phone, kind)
                for phone in NUMBERS
                for kind in PURPOSES.values()
                if is_open(phone, weeks[kind], days, moment)
            }
            assert claimed == may_leave, (moment, weeks, days)
