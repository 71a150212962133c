"""Receipts: stored once, in any order, early, late, for nobody. Cases W3, W4, W5, W13, W18, F34."""

from datetime import timedelta
from itertools import permutations

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_status_updates import store_send_results
from app.delivery.carriers.carrier_interface import SendAccepted, SendAmbiguous
from app.delivery.engine_models import Attempt
from app.delivery.models import Message
from app.suppression.models import SuppressedContact
from app.webhooks.actions.unmatched_receipts import match_unmatched_receipts
from tests.delivery.helpers import list_suppressed
from tests.gunicorn_server import wait_until
from tests.sample_people import ZOE
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


# case W3 of docs/cases.md
@pytest.mark.parametrize("times", [50, pytest.param(1000, marks=pytest.mark.torture)])
def test_a_thousand_times_the_same_is_one_event_and_one_change(twilio_app, times):
    """W3: 204 each; the first changes the text, the others nothing."""
    message_id, ref = armed_text(twilio_app)
    receipt(twilio_app, ref, "sent")
    sent_at = message(twilio_app, message_id).sent_at
    assert {receipt(twilio_app, ref, "sent").status_code for _ in range(times)} == {204}
    assert verdicts(twilio_app) == ["applied"]
    assert message(twilio_app, message_id).sent_at == sent_at


# case W4 of docs/cases.md
def test_in_all_orders_a_delivery_wins(twilio_app):
    """W4: sent twice, queued, failed, delivered in 60 orders; the second sent is the same news."""
    words = ["sent", "delivered", "sent", "queued", "failed"]
    for n, order in enumerate(dict.fromkeys(permutations(words))):
        message_id, ref = armed_text(twilio_app)
        for word in order:
            assert receipt(twilio_app, ref, word, sid=sid(n)).status_code == 204
        assert status_of(twilio_app, message_id) == "delivered", order
        assert len(events(twilio_app)) == 4 * (n + 1), order


# case W4 of docs/cases.md
def test_in_all_orders_without_a_delivery_a_failure_wins(twilio_app):
    """W4: the same without delivered."""
    orders = dict.fromkeys(permutations(["sent", "sent", "queued", "failed"]))
    for n, order in enumerate(orders):
        message_id, ref = armed_text(twilio_app)
        for word in order:
            receipt(twilio_app, ref, word, sid=sid(n), code=30008 if word == "failed" else None)
        row = message(twilio_app, message_id)
        assert (row.status.value, row.error_code) == ("failed", 30008), order


# case W5 of docs/cases.md
def test_a_late_delivery_wins_and_keeps_the_error(twilio_app):
    """W5: undelivered, then delivered."""
    message_id, ref = armed_text(twilio_app)
    receipt(twilio_app, ref, "undelivered", code=30003)
    receipt(twilio_app, ref, "delivered")
    row = message(twilio_app, message_id)
    assert (row.status.value, row.error_code) == ("delivered", 30003)


# case W5 of docs/cases.md
def test_what_comes_after_a_delivery_is_noted_and_changes_nothing(twilio_app):
    """W5: delivered, then undelivered: the event is kept, nobody is blamed."""
    message_id, ref = armed_text(twilio_app)
    receipt(twilio_app, ref, "delivered")
    receipt(twilio_app, ref, "undelivered", code=30006)
    row = message(twilio_app, message_id)
    assert (row.status.value, row.error_code) == ("delivered", None)
    assert verdicts(twilio_app) == ["applied", "no_change"]
    assert {event.message_id for event in events(twilio_app)} == {message_id}
    with twilio_app.app_context():
        assert db.session.scalars(db.select(SuppressedContact)).all() == []


# case W18 of docs/cases.md
def test_twilios_token_of_a_try_decides_nothing(twilio_app):
    """W18: the same call again is one event; another call with the same token is judged for
    itself.
    """
    message_id, ref = armed_text(twilio_app)
    token = {"I-Twilio-Idempotency-Token": "the-same"}
    receipt(twilio_app, ref, "sent", headers=token)
    receipt(twilio_app, ref, "sent", headers=token)
    assert verdicts(twilio_app) == ["applied"]
    receipt(twilio_app, ref, "delivered", headers=token)
    assert verdicts(twilio_app) == ["applied", "applied"]
    assert status_of(twilio_app, message_id) == "delivered"


# case F34 of docs/cases.md
@pytest.mark.parametrize("outcome", ANSWERS)
@pytest.mark.parametrize("word", ["sent", "delivered", "undelivered"])
def test_a_receipt_before_our_own_answer_names_the_text(twilio_app, outcome, word):
    """F34: its state stays, whatever the answer says later; the name is the receipt's."""
    armed = on_the_wire(twilio_app)
    receipt(twilio_app, armed.ref, word)
    answered(twilio_app, armed, outcome)
    row = message(twilio_app, armed.message_id)
    assert (row.status.value, row.provider_sid) == (word, SID)
    assert attempt(twilio_app, armed.ref).provider_sid == SID
    receipt(twilio_app, armed.ref, "delivered")
    assert status_of(twilio_app, armed.message_id) == "delivered"


@pytest.mark.parametrize("state", ["unknown", "not_sent", "no_receipt"])
def test_a_receipt_ends_every_doubt(twilio_app, state):
    message_id, ref = armed_text(twilio_app)
    with twilio_app.app_context(), write():
        db.session.execute(db.update(Message).values(status=state))
    receipt(twilio_app, ref, "delivered")
    assert status_of(twilio_app, message_id) == "delivered"
    assert message(twilio_app, message_id).look_up_at is None


def test_a_failure_of_an_old_try_says_nothing_about_the_new_one_but_its_delivery_does(
    twilio_app,
):
    """F43: both tries have their own ref; a person sent the text again meanwhile."""
    message_id, old = armed_text(twilio_app)
    with twilio_app.app_context():
        with write():
            db.session.execute(db.update(Attempt).values(outcome="ambiguous", ended_at=now()))
        with write():
            db.session.execute(db.update(Message).values(status="queued", attempts=1))
            values = {"message_id": message_id, "n": 2, "ref": "e" * 32}
            db.session.execute(db.insert(Attempt).values(values))
            db.session.execute(db.update(Message).values(status="submitting", attempts=2))
    receipt(twilio_app, old, "failed", code=30008)
    assert status_of(twilio_app, message_id) == "submitting"
    receipt(twilio_app, old, "delivered")
    assert status_of(twilio_app, message_id) == "delivered"
    assert verdicts(twilio_app) == ["no_change", "applied"]


def test_an_unknown_code_and_an_unknown_word_break_nothing(twilio_app):
    message_id, ref = armed_text(twilio_app)
    for word in ("scheduled", "receiving", "received", "whatever", ""):
        assert receipt(twilio_app, ref, word).status_code == 204
    assert status_of(twilio_app, message_id) == "accepted"
    assert receipt(twilio_app, ref, "failed", code=65432).status_code == 204
    row = message(twilio_app, message_id)
    assert (row.status.value, row.error_code) == ("failed", 65432)
    assert row.error_message
    assert opted_out(twilio_app) == {}


@pytest.mark.parametrize("code", ["", "0", "abc", "²", "-1", "1" * 30, "30008.0"])
def test_a_code_that_is_none_still_fails_the_text(twilio_app, code):
    message_id, ref = armed_text(twilio_app)
    assert receipt(twilio_app, ref, "failed", code=code or None).status_code == 204
    assert status_of(twilio_app, message_id) == "failed"


def test_an_opt_out_by_receipt_is_obeyed_everywhere(twilio_app):
    _, ref = armed_text(twilio_app)
    with twilio_app.app_context(), write():
        db.session.add(
            Message(kind="blast", phone=ZOE, body="Hi", status="queued", carrier="twilio")
        )
    receipt(twilio_app, ref, "failed", code=21610)
    assert opted_out(twilio_app) == {ZOE: "message_failure"}
    with twilio_app.app_context():
        states = db.session.scalars(db.select(Message.status).order_by(Message.id)).all()
    assert states == ["opted_out", "skipped"]


def test_a_receipt_without_a_ref_finds_its_text_by_the_name(twilio_app):
    message_id, ref = armed_text(twilio_app)
    receipt(twilio_app, ref, "sent")
    assert receipt(twilio_app, None, "delivered").status_code == 204
    assert status_of(twilio_app, message_id) == "delivered"


def test_a_try_with_two_names_is_noted(twilio_app, caplog):
    """Both names are kept: the attempt's in its row, the other with the event; and the log says
    it.
    """
    message_id, ref = armed_text(twilio_app)
    receipt(twilio_app, ref, "sent")
    receipt(twilio_app, ref, "delivered", sid=sid(2))
    assert status_of(twilio_app, message_id) == "delivered"
    assert [(event.provider_sid, bool(event.error)) for event in events(twilio_app)] == [
        (SID, False),
        (sid(2), True),
    ]
    assert attempt(twilio_app, ref).provider_sid == SID
    assert "second name" in caplog.text


def test_signed_receipts_that_name_no_text_or_no_account_are_refused(twilio_app):
    """F23: Twilio always sends both; a call cut anew from a captured one has not all fields."""
    message_id, ref = armed_text(twilio_app)
    assert receipt(twilio_app, ref, "delivered", sid="").status_code == 400
    fields = {"MessageStatus": "delivered", "AccountSid": ACCOUNT}
    assert call(twilio_app, f"{STATUS}/{ref}", fields).status_code == 400
    fields = {"MessageStatus": "delivered", "MessageSid": SID}
    assert call(twilio_app, f"{STATUS}/{ref}", fields).status_code == 403
    assert status_of(twilio_app, message_id) == "submitting"
    assert verdicts(twilio_app) == []


# case W13 of docs/cases.md
def test_a_receipt_for_nobody_is_kept(twilio_app):
    """W13: a good signature and a ref we do not know: 204, and an event."""
    assert receipt(twilio_app, "f" * 32, "sent").status_code == 204
    assert verdicts(twilio_app) == ["orphan"]
    with twilio_app.app_context():
        assert match_unmatched_receipts() == 0
    assert verdicts(twilio_app) == ["orphan"]


# case W13 of docs/cases.md
def test_an_orphan_is_settled_when_its_attempt_turns_up(twilio_app):
    """W13: by its ref, after a copy of another day was put back; in any order, once."""
    for word in ("delivered", "sent"):
        receipt(twilio_app, "f" * 32, word)
    message_id, ref = armed_text(twilio_app)
    with twilio_app.app_context():
        with write():
            db.session.execute(db.update(Attempt).values(ref="f" * 32))
        assert match_unmatched_receipts() == 2
        assert match_unmatched_receipts() == 0
    assert ref != "f" * 32
    row = message(twilio_app, message_id)
    assert (row.status.value, row.provider_sid) == ("delivered", SID)
    assert verdicts(twilio_app) == ["applied", "no_change"]
    assert {event.message_id for event in events(twilio_app)} == {message_id}
    assert all(
        event.processed_at - event.received_at < timedelta(minutes=1)
        for event in events(twilio_app)
    )


# case W13 of docs/cases.md
def test_an_orphan_is_settled_when_we_learn_its_name(twilio_app):
    """W13: it came without a ref, before our own answer."""
    armed = on_the_wire(twilio_app)
    receipt(twilio_app, None, "undelivered", code=30003)
    assert verdicts(twilio_app) == ["orphan"]
    answered(twilio_app, armed, SendAccepted(SID))
    assert status_of(twilio_app, armed.message_id) == "accepted"
    with twilio_app.app_context():
        assert match_unmatched_receipts() == 1
    row = message(twilio_app, armed.message_id)
    assert (row.status.value, row.error_code) == ("undelivered", 30003)


# case W13 of docs/cases.md
def test_the_background_settles_orphans_by_itself(twilio_app, background):
    """W13: at the start, and every minute."""
    receipt(twilio_app, "f" * 32, "delivered")
    message_id, _ = armed_text(twilio_app)
    with twilio_app.app_context(), write():
        db.session.execute(
            db.update(Attempt).values(ref="f" * 32, outcome="accepted", ended_at=now())
        )
        db.session.execute(db.update(Message).values(status="accepted", look_up_at=None))
    background(twilio_app)
    wait_until(lambda: status_of(twilio_app, message_id) == "delivered", "the orphan to be settled")


# case M20 of the messaging cases
def test_a_code_that_comes_with_a_second_receipt_is_not_lost(twilio_app):
    """Undelivered, then undelivered with 30006: the number is marked. The first code counts."""
    message_id, ref = armed_text(twilio_app)
    assert receipt(twilio_app, ref, "undelivered").status_code == 204
    assert "The carrier gave no reason" in message(twilio_app, message_id).error_message
    for code in (30006, 30006, 30003):
        assert receipt(twilio_app, ref, "undelivered", code=code).status_code == 204
    row = message(twilio_app, message_id)
    assert (row.status.value, row.error_code) == ("undelivered", 30006)
    assert "landline" in row.error_message.lower()
    assert verdicts(twilio_app) == ["applied", "applied", "no_change"]
    assert ZOE in list_suppressed(twilio_app)[0]
