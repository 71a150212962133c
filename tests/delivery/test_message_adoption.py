"""Which row a text of the carrier's list is given to, and what stays in doubt."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_adoption import AdoptionCounts, adopt_listed_texts
from app.delivery.engine_models import Attempt
from app.delivery.last_text_models import LastText
from app.delivery.models import Message, MessageLog
from app.domain.delivery.lookup_matching import CarrierMessage
from app.sending_limits.models import SendingTotal
from app.suppression.actions.erased_numbers import record_erased_number
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.sample_people import LEO, ZOE

OURS = "+12025550100"
AN_HOUR_AGO = timedelta(hours=1)


@pytest.fixture
def queue(shop):
    """Store a queued row of a paused blast; returns its id."""

    def add(phone=ZOE, body="Choir at 7", *, ago=AN_HOUR_AGO, status="queued"):
        with write() as session:
            log = MessageLog(message_body=body, target="community", status="paused")
            log.total_recipients = 1
            session.add(log)
            session.flush()
            row = Message(kind="blast", phone=phone, body=body, status=status, sender=OURS)
            row.message_log_id, row.created_at, row.carrier = log.id, now() - ago, "sandbox"
            session.add(row)
            session.flush()
            return row.id

    return add


def listed(n=1, phone=ZOE, body="Choir at 7", **changes):
    values = {
        "sid": f"SM{n:032x}",
        "status": "delivered",
        "direction": "outbound-api",
        "to": phone,
        "senders": frozenset({OURS}),
        "body": body,
        "created_at": now() - timedelta(minutes=30),
    }
    return CarrierMessage(**(values | changes))


def adopt(*texts):
    with write():
        return adopt_listed_texts("sandbox", texts, timedelta(), now())


def get_row(row_id):
    db.session.expire_all()
    return db.session.get(Message, row_id)


def test_a_text_becomes_what_its_row_sent(queue):
    row_id = queue()
    assert adopt(listed()) == AdoptionCounts(adopted=1)
    row = get_row(row_id)
    assert (row.status, row.provider_sid, row.attempts) == ("delivered", listed().sid, 1)
    attempt = db.session.scalar(db.select(Attempt))
    assert (attempt.n, attempt.outcome, attempt.provider_sid) == (1, "accepted", listed().sid)
    assert adopt(listed()) == AdoptionCounts()
    # The newer database had counted it.
    assert db.session.scalars(db.select(SendingTotal.texts)).all() == [1]


def test_a_text_that_was_held_here_is_held_no_more(queue):
    """It left in the morning, after the backup; by its hold it would be texted last tomorrow."""
    row_id = queue()
    with write():
        values = {"held_until": now() + timedelta(hours=9), "held_why": "quiet_hours"}
        db.session.execute(db.update(Message).where(Message.id == row_id).values(values))
    adopt(listed())
    assert (get_row(row_id).status, get_row(row_id).held_until) == ("delivered", None)
    assert db.session.scalar(db.select(LastText.texted_at)) < now()


def test_two_blasts_with_the_same_words_are_told_apart_by_time(queue):
    early = queue(ago=timedelta(hours=2))
    late = queue(ago=timedelta(minutes=5))
    assert adopt(listed()).adopted == 1
    assert (get_row(early).status, get_row(late).status) == ("delivered", "queued")


def test_words_that_the_carrier_deleted_leave_doubt_between_several_rows(queue):
    rows = [queue(body="Choir at 7"), queue(body="Rehearsal is off")]
    assert adopt(listed(body="")) == AdoptionCounts(doubtful=2)
    assert {(get_row(row).status, get_row(row).reason) for row in rows} == {("unknown", "put_back")}


def test_with_one_row_it_can_only_be_that(queue):
    row_id = queue()
    assert adopt(listed(body="")).adopted == 1
    assert get_row(row_id).status == "delivered"


def test_a_text_of_ours_without_a_row_is_kept_and_one_of_others_is_not(queue):
    row_id = queue()
    counts = adopt(
        listed(1, body="Your code is 1234", senders=frozenset({"+15005550006"})),
        listed(2, body="See you", direction="outbound-reply"),
        listed(3, LEO, body="Yes, at 6"),
    )
    assert counts == AdoptionCounts(stored=1)
    assert get_row(row_id).status == "queued"
    kept = db.session.scalar(db.select(Message).where(Message.phone == LEO))
    assert (kept.kind, kept.body, kept.status) == ("reply", "Yes, at 6", "delivered")


def test_a_text_to_an_erased_person_is_not_kept(shop):
    with write():
        record_erased_number(LEO, said_stop=False, by="ada")
    assert adopt(listed(3, LEO, body="Yes, at 6")) == AdoptionCounts()


def test_what_the_list_says_has_its_consequences(queue):
    row_id = queue()
    adopt(listed(status="undelivered", error_code=21610))
    assert get_row(row_id).status == "opted_out"
    assert find_suppression_reason(ZOE) is not None


def test_a_row_in_doubt_is_found_with_its_attempt(queue):
    row_id = queue(status="unknown")
    with write() as session:
        session.add(Attempt(message_id=row_id, n=1, ref="a" * 32, outcome="lost"))
        session.execute(db.update(Message).values(attempts=1))
    assert adopt(listed()).adopted == 1
    assert get_row(row_id).status == "delivered"
    assert db.session.scalars(db.select(Attempt.provider_sid)).all() == [listed().sid]
