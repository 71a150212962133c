"""Receipts: stored once, in any order, early, late, for nobody. Cases W3, W4, W5, W13, W18, F34."""

from datetime import timedelta
from itertools import permutations

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_status_updates import store_send_results
from app.delivery.carriers.carrier_interface import SendAccepted, SendAmbiguous
from app.delivery.models import Attempt, Message
from app.suppression.models import SuppressedContact
from app.webhooks.actions.unmatched_receipts import match_unmatched_receipts
from tests.sample_people import LEO, ZOE
from tests.gunicorn_server import until
from tests.webhooks.calls import (
    ACCOUNT,
    SID,
    STATUS,
    armed_text,
    attempt,
    call,
    events,
    message,
    on_the_wire,
    opted_out,
    receipt,
    sid,
    status_of,
    verdicts,
)

ANSWERS = [
    SendAccepted(SID),
    SendAccepted(SID, "sent"),
    SendAmbiguous("nobody answered"),
]


def answered(app, armed, outcome):
    """The carrier's own answer comes, late."""
    with app.app_context(), write():
        store_send_results([(armed, outcome)], now())


def test_w3_a_thousand_times_the_same_is_one_event_and_one_change(town):
    """W3: 204 each; the first changes the text, the others nothing."""
    message_id, ref = armed_text(town)
    receipt(town, ref, "sent")
    sent_at = message(town, message_id).sent_at
    assert {receipt(town, ref, "sent").status_code for _ in range(1000)} == {204}
    assert verdicts(town) == ["applied"]
    assert message(town, message_id).sent_at == sent_at


def test_w4_in_all_orders_a_delivery_wins(town):
    """W4: sent twice, queued, failed, delivered in 120 orders; the second sent is the same news."""
    words = ["sent", "delivered", "sent", "queued", "failed"]
    for n, order in enumerate(permutations(words)):
        message_id, ref = armed_text(town)
        for word in order:
            assert receipt(town, ref, word, sid=sid(n)).status_code == 204
        assert status_of(town, message_id) == "delivered", order
        assert len(events(town)) == 4 * (n + 1), order


def test_w4_in_all_orders_without_a_delivery_a_failure_wins(town):
    """W4: the same without delivered."""
    for n, order in enumerate(permutations(["sent", "sent", "queued", "failed"])):
        message_id, ref = armed_text(town)
        for word in order:
            receipt(town, ref, word, sid=sid(n), code=30008 if word == "failed" else None)
        row = message(town, message_id)
        assert (row.status.value, row.error_code) == ("failed", 30008), order


def test_w5_a_late_delivery_wins_and_keeps_the_error(town):
    """W5: undelivered, then delivered."""
    message_id, ref = armed_text(town)
    receipt(town, ref, "undelivered", code=30003)
    receipt(town, ref, "delivered")
    row = message(town, message_id)
    assert (row.status.value, row.error_code) == ("delivered", 30003)


def test_w5_what_comes_after_a_delivery_is_noted_and_changes_nothing(town):
    """W5: delivered, then undelivered: the event is kept, nobody is blamed."""
    message_id, ref = armed_text(town)
    receipt(town, ref, "delivered")
    receipt(town, ref, "undelivered", code=30006)
    row = message(town, message_id)
    assert (row.status.value, row.error_code) == ("delivered", None)
    assert verdicts(town) == ["applied", "no_change"]
    assert {event.message_id for event in events(town)} == {message_id}
    with town.app_context():
        assert db.session.scalars(db.select(SuppressedContact)).all() == []


def test_w18_twilios_token_of_a_try_decides_nothing(town):
    """W18: the same call again is one event; another call with the same token is judged for
    itself.
    """
    message_id, ref = armed_text(town)
    token = {"I-Twilio-Idempotency-Token": "the-same"}
    receipt(town, ref, "sent", headers=token)
    receipt(town, ref, "sent", headers=token)
    assert verdicts(town) == ["applied"]
    receipt(town, ref, "delivered", headers=token)
    assert verdicts(town) == ["applied", "applied"]
    assert status_of(town, message_id) == "delivered"


@pytest.mark.parametrize("outcome", ANSWERS)
@pytest.mark.parametrize("word", ["sent", "delivered", "undelivered"])
def test_f34_a_receipt_before_our_own_answer_names_the_text(town, outcome, word):
    """F34: its state stays, whatever the answer says later; the name is the receipt's."""
    armed = on_the_wire(town)
    receipt(town, armed.ref, word)
    answered(town, armed, outcome)
    row = message(town, armed.message_id)
    assert (row.status.value, row.provider_sid) == (word, SID)
    assert attempt(town, armed.ref).provider_sid == SID
    receipt(town, armed.ref, "delivered")
    assert status_of(town, armed.message_id) == "delivered"


@pytest.mark.parametrize("state", ["unknown", "not_sent", "no_receipt"])
def test_a_receipt_ends_every_doubt(town, state):
    message_id, ref = armed_text(town)
    with town.app_context(), write():
        db.session.execute(db.update(Message).values(status=state))
    receipt(town, ref, "delivered")
    assert status_of(town, message_id) == "delivered"
    assert message(town, message_id).look_up_at is None


def test_a_failure_of_an_old_try_says_nothing_about_the_new_one_but_its_delivery_does(
    town,
):
    """F43: both tries have their own ref; a person sent the text again meanwhile."""
    message_id, old = armed_text(town)
    with town.app_context():
        with write():
            db.session.execute(db.update(Attempt).values(outcome="ambiguous", ended_at=now()))
        with write():
            db.session.execute(db.update(Message).values(status="queued", attempts=1))
            values = {"message_id": message_id, "n": 2, "ref": "e" * 32}
            db.session.execute(db.insert(Attempt).values(values))
            db.session.execute(db.update(Message).values(status="submitting", attempts=2))
    receipt(town, old, "failed", code=30008)
    assert status_of(town, message_id) == "submitting"
    receipt(town, old, "delivered")
    assert status_of(town, message_id) == "delivered"
    assert verdicts(town) == ["no_change", "applied"]


def test_an_unknown_code_and_an_unknown_word_break_nothing(town):
    message_id, ref = armed_text(town)
    for word in ("scheduled", "receiving", "received", "whatever", ""):
        assert receipt(town, ref, word).status_code == 204
    assert status_of(town, message_id) == "accepted"
    assert receipt(town, ref, "failed", code=65432).status_code == 204
    row = message(town, message_id)
    assert (row.status.value, row.error_code) == ("failed", 65432)
    assert row.error_message
    assert opted_out(town) == {}


@pytest.mark.parametrize("code", ["", "0", "abc", "²", "-1", "1" * 30, "30008.0"])
def test_a_code_that_is_none_still_fails_the_text(town, code):
    message_id, ref = armed_text(town)
    assert receipt(town, ref, "failed", code=code or None).status_code == 204
    assert status_of(town, message_id) == "failed"


def test_an_opt_out_by_receipt_is_obeyed_everywhere(town):
    _, ref = armed_text(town)
    with town.app_context(), write():
        db.session.add(
            Message(kind="blast", phone=ZOE, body="Hi", status="queued", carrier="twilio")
        )
    receipt(town, ref, "failed", code=21610)
    assert opted_out(town) == {ZOE: "message_failure"}
    with town.app_context():
        states = db.session.scalars(db.select(Message.status).order_by(Message.id)).all()
    assert states == ["opted_out", "skipped"]


def test_a_receipt_without_a_ref_finds_its_text_by_the_name(town):
    message_id, ref = armed_text(town)
    receipt(town, ref, "sent")
    assert receipt(town, None, "delivered").status_code == 204
    assert status_of(town, message_id) == "delivered"


def test_a_try_with_two_names_is_noted(town, caplog):
    """Both names are kept: the attempt's in its row, the other with the event; and the log says
    it.
    """
    message_id, ref = armed_text(town)
    receipt(town, ref, "sent")
    receipt(town, ref, "delivered", sid=sid(2))
    assert status_of(town, message_id) == "delivered"
    assert [(event.provider_sid, bool(event.error)) for event in events(town)] == [
        (SID, False),
        (sid(2), True),
    ]
    assert attempt(town, ref).provider_sid == SID
    assert "second name" in caplog.text


def test_calls_that_name_no_text_are_told_apart(town):
    """Twilio names every text; should it not, no news is taken for a repeat of another's."""
    one, other = armed_text(town), armed_text(town, LEO)
    for _, ref in (one, other, one):
        assert receipt(town, ref, "delivered", sid="").status_code == 204
    assert [status_of(town, message_id) for message_id, _ in (one, other)] == [
        "delivered",
        "delivered",
    ]
    assert verdicts(town) == ["applied", "applied"]
    for _ in range(2):
        assert (
            call(town, STATUS, {"MessageStatus": "sent", "AccountSid": ACCOUNT}).status_code == 204
        )
    assert verdicts(town)[2:] == ["orphan", "orphan"]


def test_w13_a_receipt_for_nobody_is_kept(town):
    """W13: a good signature and a ref we do not know: 204, and an event."""
    assert receipt(town, "f" * 32, "sent").status_code == 204
    assert verdicts(town) == ["orphan"]
    with town.app_context():
        assert match_unmatched_receipts() == 0
    assert verdicts(town) == ["orphan"]


def test_w13_an_orphan_is_settled_when_its_attempt_turns_up(town):
    """W13: by its ref, after a copy of another day was put back; in any order, once."""
    for word in ("delivered", "sent"):
        receipt(town, "f" * 32, word)
    message_id, ref = armed_text(town)
    with town.app_context():
        with write():
            db.session.execute(db.update(Attempt).values(ref="f" * 32))
        assert match_unmatched_receipts() == 2
        assert match_unmatched_receipts() == 0
    assert ref != "f" * 32
    row = message(town, message_id)
    assert (row.status.value, row.provider_sid) == ("delivered", SID)
    assert verdicts(town) == ["applied", "no_change"]
    assert {event.message_id for event in events(town)} == {message_id}
    assert all(
        event.processed_at - event.received_at < timedelta(minutes=1) for event in events(town)
    )


def test_w13_an_orphan_is_settled_when_we_learn_its_name(town):
    """W13: it came without a ref, before our own answer."""
    armed = on_the_wire(town)
    receipt(town, None, "undelivered", code=30003)
    assert verdicts(town) == ["orphan"]
    answered(town, armed, SendAccepted(SID))
    assert status_of(town, armed.message_id) == "accepted"
    with town.app_context():
        assert match_unmatched_receipts() == 1
    row = message(town, armed.message_id)
    assert (row.status.value, row.error_code) == ("undelivered", 30003)


def test_w13_the_background_settles_orphans_by_itself(town, background):
    """W13: at the start, and every minute."""
    receipt(town, "f" * 32, "delivered")
    message_id, _ = armed_text(town)
    with town.app_context(), write():
        db.session.execute(
            db.update(Attempt).values(ref="f" * 32, outcome="accepted", ended_at=now())
        )
        db.session.execute(db.update(Message).values(status="accepted", look_up_at=None))
    background(town)
    until(lambda: status_of(town, message_id) == "delivered", "the orphan to be settled")
