"""A person with two numbers on the pages of a blast: one person, whatever number it takes."""

import csv
import io

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.blast_replies import record_blast_reply
from app.delivery.actions.inbound_messages import InboundMessage, record_inbound_message
from app.delivery.actions.message_status_updates import StatusUpdate, apply_status_update
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import MessageStatus
from tests.blasts.helpers import (
    close_finished_blasts,
    list_messages,
    open_review,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.person_numbers import give_numbers
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member

RESULTS = {"audience": "results", "log_id": "1", "message_body": "Are you coming?"}


@pytest.fixture
def log(app, visit, copied_steps):
    """Zoë's first number is a landline, so her second one has the blast; Leo has it too."""
    return copied_steps.take(app, deliver_blast, visit)


def deliver_blast(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
        give_numbers(ZOE, MIA)
    send_blast(visit, message_body="The picnic is at eleven.")
    release_blasts(app)
    for phone in (ZOE, LEO):
        set_message_status(app, phone, "submitting", submitted_at=now(), attempts=1)
    settle(app, ZOE, MessageStatus.FAILED, 21635)
    settle(app, LEO, MessageStatus.DELIVERED)
    set_message_status(app, MIA, "submitting", submitted_at=now(), attempts=1)
    settle(app, MIA, MessageStatus.DELIVERED)
    close_finished_blasts(app)
    return 1


def settle(app, phone, status, code=None):
    with app.app_context(), write():
        row_id = db.session.scalar(db.select(Message.id).where(Message.phone == phone))
        apply_status_update(StatusUpdate(row_id, None, status, "create", code=code), now())


def answer(app, phone, body):
    """Take in a text of this phone, as the webhook does."""
    text = InboundMessage(phone, "+12025550100", body, "sandbox", None, 1, "GSM-7")
    with app.app_context(), write():
        message_id = record_inbound_message(text, now())
        record_blast_reply(phone, body, message_id, now())


def test_the_blast_has_two_people_and_both_were_reached(app, visit, log):
    page = visit("/blasts/logs/1", "sol")
    assert "Delivered to all 2 people." in page.words
    assert "2 people" in page.words
    assert "First number +1 303 555 0142" in page.words.replace("\N{NO-BREAK SPACE}", " ")
    assert "This is a landline. It can't receive texts. Sent to their second number." in page.words
    assert "100% delivered: show these people 2 of 2" in page.words
    assert "Failed" not in page.words
    assert "Text the 1 it did not reach" not in page.words
    listed = visit("/blasts/logs", "sol")
    assert "2 of 2" in listed.words
    found = visit("/blasts/logs/1?search=zo&state=all", "sol")
    assert found.text.count('<th scope="row">') == 1
    status = visit("/blasts/logs/1/status", "sol").json
    assert (status["total_recipients"], status["delivered"], status["failed"]) == (2, 2, 0)
    with app.app_context():
        stored = db.session.get(MessageLog, 1)
        assert (stored.total_recipients, stored.success_count, stored.failure_count) == (2, 2, 0)


def test_the_export_has_a_line_for_each_number(visit, log):
    rows = list(
        csv.DictReader(io.StringIO(visit("/blasts/logs/1/export", "ada").text.lstrip("\ufeff")))
    )
    by_phone = {row["phone"].lstrip("'"): row for row in rows}
    assert by_phone[ZOE]["reason"].endswith("Sent to their second number.")
    assert (by_phone[ZOE]["status"], by_phone[MIA]["status"]) == ("Failed", "Delivered")
    assert by_phone[MIA]["name"] == "Zoë"


def test_an_answer_from_either_number_is_the_persons_answer(app, visit, log):
    assert "Text the 2 who did not answer" in visit("/blasts/logs/1", "sol").words
    review = open_review(visit, **RESULTS, outcome="no_reply")
    assert "2 people get this text" in review.words
    answer(app, ZOE, "yes")
    page = visit("/blasts/logs/1", "sol")
    assert "Text the person who did not answer" in page.words
    assert "“yes”" in visit("/blasts/logs/1?state=yes", "sol").words
    review = open_review(visit, **RESULTS, outcome="no_reply")
    assert "1 person gets this text" in review.words


def test_two_numbers_in_one_audience_are_told_on_the_review_page(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(MIA, "Zoë at work")
        add_member(LEO, "Leo")
        give_numbers(MIA, ZOE)
    review = open_review(visit, message_body="The picnic is at eleven.")
    assert "2 people get this text" in review.words
    assert "Their other number gets it" in review.words
    send_blast(visit, message_body="The picnic is at eleven.")
    release_blasts(app)
    rows = {row.phone: (row.status.value, row.person_id is not None) for row in list_messages(app)}
    assert rows == {ZOE: ("skipped", False), MIA: ("queued", True), LEO: ("queued", False)}
