"""W23: STOP and START within a minute, perhaps swapped: what was written last counts, else they
stay out.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import message_status_lookups
from app.delivery.carriers.message_lookup_results import MessageFetchResult
from app.delivery.models import Message
from app.delivery.queries import due_lookups
from app.domain.delivery.lookup_matching import CarrierMessage
from app.suppression.queries.sending_permission import has_opted_out
from app.webhooks.models import WebhookEvent
from app.webhooks.pipeline import pending_opt_ins
from tests.sample_people import ZOE
from tests.webhooks.calls import sid, text

SECOND, MIDNIGHT = timedelta(seconds=1), datetime(2026, 11, 26, tzinfo=UTC)


def come(twilio_app, *words):
    """They come in one after the other, each with a name of its own."""
    for number, each in enumerate(words, 1):
        assert text(twilio_app, each, sid=sid(number)).status_code == 200


def build_carrier_message(name, body, second):
    """A text as Twilio shows it."""
    return CarrierMessage(
        name, "received", "inbound", "", frozenset(), body, MIDNIGHT + second * SECOND
    )


def report_sent_times(twilio_app, **written):
    """The carrier says when each was written: the second, by its words; None: it does not know
    the text.
    """
    with twilio_app.app_context():
        asked = due_lookups.list_due_lookups("twilio", now(), 20)
        for question in asked:
            row = db.session.get(Message, question.message_id)
            when = written[row.body]
            with write():
                message_status_lookups.apply_fetched_message(
                    row.id,
                    MessageFetchResult(
                        when and build_carrier_message(question.sid, row.body, when)
                    ),
                    now(),
                )
    return len(asked)


def decide(twilio_app, moment=None):
    with twilio_app.app_context():
        return pending_opt_ins.resolve_pending_opt_ins(moment or now())


def out(twilio_app):
    with twilio_app.app_context():
        return has_opted_out(ZOE)


def verdicts(twilio_app):
    with twilio_app.app_context():
        return list(db.session.scalars(select(WebhookEvent.verdict).order_by(WebhookEvent.id)))


@pytest.mark.parametrize("came", [("STOP", "START"), ("START", "STOP")])
@pytest.mark.parametrize(("stop", "start", "is_out"), [(1, 2, False), (2, 1, True), (1, 1, True)])
def test_what_was_written_last_counts_in_whatever_order_they_come(
    twilio_app, came, stop, start, is_out
):
    come(twilio_app, *came)
    assert out(twilio_app), "until the carrier has told"
    assert decide(twilio_app) == 0
    assert report_sent_times(twilio_app, STOP=stop, START=start) == 2
    assert (decide(twilio_app), decide(twilio_app)) == (1, 0)
    assert out(twilio_app) is is_out
    assert ("overtaken" if is_out else "return") in verdicts(twilio_app)
    with twilio_app.app_context():
        assert due_lookups.list_due_lookups("twilio", now(), 20) == []


def test_who_is_brought_back_is_told_so_by_twilio_or_by_us_once(twilio_app):
    come(twilio_app, "stop please", "unstop")  # Twilio knows the second, not the first
    report_sent_times(twilio_app, **{"stop please": 1, "unstop": 2})
    decide(twilio_app)
    assert not out(twilio_app)


def test_a_carrier_that_does_not_know_them_or_does_not_answer_leaves_them_out(twilio_app):
    come(twilio_app, "STOP", "START")
    report_sent_times(twilio_app, STOP=None, START=None)
    assert decide(twilio_app) == 1
    assert out(twilio_app)


def test_nobody_waits_for_ever_for_an_answer(twilio_app):
    come(twilio_app, "STOP", "START")
    assert decide(twilio_app, now() + pending_opt_ins.MAX_CARRIER_WAIT - SECOND) == 0
    assert decide(twilio_app, now() + pending_opt_ins.MAX_CARRIER_WAIT + SECOND) == 1
    assert out(twilio_app)
    assert verdicts(twilio_app) == ["opt_out", "overtaken"]
    with twilio_app.app_context():
        assert due_lookups.list_due_lookups("twilio", now() + timedelta(days=1), 20) == []


def test_a_start_an_hour_after_the_stop_is_obeyed_at_once(twilio_app):
    come(twilio_app, "STOP")
    with twilio_app.app_context(), write() as session:
        session.execute(Message.__table__.update().values(created_at=now() - timedelta(hours=1)))
    text(twilio_app, "START", sid=sid(9))
    assert not out(twilio_app)
