"""One number cannot fill the database: above 60 texts an hour they are counted, and STOP obeyed."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.delivery.unkept_text_models import UnkeptTexts
from app.domain.texts.flood_caps import MAX_TEXTS_A_DAY, MAX_TEXTS_AN_HOUR
from app.suppression.queries.sending_permission import has_opted_out, is_paused
from app.webhooks.actions.webhook_events import WebhookCall
from app.webhooks.models import WebhookEvent
from app.webhooks.pipeline.inbound_pipeline import process_inbound_text
from tests.sample_people import LEO, ZOE

OBEYED = (
    "STOP",
    "stop please",
    "Unsubscribe",
    "START",
    "HELP",
    "PAUSE 30",
    "take me off your list",
)


NUMBERS = iter(range(10**6))


def fill(phone, count, ago):
    """Store so many texts from a number, all written `ago`."""
    with write() as session:
        values = {"kind": "inbound", "direction": "inbound", "status": "received"}
        session.add_all(
            Message(phone=phone, body="hi", created_at=now() - ago, **values) for _ in range(count)
        )


def receive(body, phone=ZOE, number=NUMBERS):
    sid = f"SM{next(number):032d}"
    fields = {"MessageSid": sid, "From": phone, "To": "+13035550100", "Body": body}
    return process_inbound_text(WebhookCall(fields, "sandbox"))


def count_stored(phone):
    return db.session.query(Message).filter_by(phone=phone, direction="inbound").count()


def test_texts_above_the_cap_are_counted_and_not_stored(app):
    """The database does not grow with a flood, and others are not held up."""
    with app.app_context():
        fill(ZOE, MAX_TEXTS_AN_HOUR, timedelta(minutes=30))
        assert {receive("hello again") for _ in range(3)} == {"unkept"}
        assert receive("hello", LEO) != "unkept"
        row = db.session.query(UnkeptTexts).one()
        assert (row.phone, row.text_count, row.told_at) == (ZOE, 3, None)
        assert count_stored(ZOE) == MAX_TEXTS_AN_HOUR
        assert db.session.query(WebhookEvent).count() == 1
        replies = db.session.query(Message).filter_by(phone=ZOE, direction="outbound")
        assert replies.count() == 0


@pytest.mark.parametrize(
    ("count", "ago", "is_kept"),
    [
        (MAX_TEXTS_AN_HOUR - 1, timedelta(minutes=30), True),
        (MAX_TEXTS_AN_HOUR, timedelta(minutes=61), True),
        (MAX_TEXTS_A_DAY, timedelta(hours=23), False),
        (MAX_TEXTS_A_DAY, timedelta(hours=25), True),
    ],
)
def test_the_caps_are_of_an_hour_and_a_day(app, count, ago, is_kept):
    with app.app_context():
        fill(ZOE, count, ago)
        assert (receive("hello") != "unkept") is is_kept


@pytest.mark.parametrize("body", OBEYED)
def test_what_is_obeyed_is_never_dropped(app, body):
    with app.app_context():
        fill(ZOE, MAX_TEXTS_A_DAY, timedelta(minutes=5))
        assert receive("hello") == "unkept"
        assert receive(body) not in ("unkept", "stored")
        db.session.rollback()
        if body in ("STOP", "stop please", "Unsubscribe"):
            assert has_opted_out(ZOE)
        if body == "PAUSE 30":
            assert is_paused(ZOE)


def test_the_conversation_says_how_many_were_not_kept(app, visit):
    with app.app_context():
        receive("hello")
        fill(ZOE, MAX_TEXTS_AN_HOUR, timedelta(minutes=30))
        receive("one more")
        receive("and one more")
    page = visit("/inbox", "ada").text
    assert "2 more texts were counted and not kept" in " ".join(page.split())
