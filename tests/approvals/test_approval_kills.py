"""However often the process dies while an admin answers, a blast is decided once and sent once."""

import contextlib
import http.client
import random
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.blasts.actions.approval_judgement import judge_confirmed_blast
from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.queries.audience import render_draft
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from tests.approvals.helpers import ADA_PHONE, limit_user, list_requests, read_code
from tests.delivery.helpers import serve_through_twilio, twilio_settings
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members
from tests.twilio_server import TwilioServer

pytestmark = [pytest.mark.slow, pytest.mark.torture]
PEOPLE, ROUNDS, DECLINED_EACH = 6, 12, 4
OURS = "+13035550100"


def ask(app, number):
    """Sol sends to six people; return the id of the blast, which waits."""
    draft = BlastDraft(f"Picnic {number}", None, BlastTarget.COMMUNITY, None, "UTC")
    with app.app_context():
        rendered = render_draft(draft)
        with write():
            blast_id = confirm_blast(draft, None, "sol", now(), PEOPLE)
            assert judge_confirmed_blast(blast_id, rendered, now())
        return blast_id


def answer(twilio, server, body):
    """Text from Ada's phone; nothing answers while the server is dead."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        twilio.text_in(server.url, server.url, ADA_PHONE, body, To=OURS)


def count_texts(twilio, number):
    """How many texts of a blast each phone was sent."""
    return Counter(sent.to for sent in twilio.requests if sent.body == f"Picnic {number}")


def count_decisions(app, blast_id):
    """How many rows of the audit tell of the decision."""
    with app.app_context():
        statement = select(func.count()).where(
            AuditEvent.about == f"scheduled blast {blast_id}",
            AuditEvent.verb.in_(("blast.approved", "blast.declined")),
        )
        return db.session.scalar(statement)


def find_approval(app, blast_id):
    with app.app_context():
        statement = select(ScheduledMessage.approval).where(ScheduledMessage.id == blast_id)
        return db.session.scalar(statement)


def has_ended(app, blast_id):
    with app.app_context():
        statement = select(MessageLog.finished_at).join(
            ScheduledMessage, ScheduledMessage.message_log_id == MessageLog.id
        )
        return db.session.scalar(statement.where(ScheduledMessage.id == blast_id)) is not None


def test_kills_while_an_admin_answers_decide_once_and_send_once(make_app):
    dice = random.Random()
    with TwilioServer() as twilio:
        app = make_app(**twilio_settings(twilio, scheduler_enabled=False))
        with app.app_context():
            add_members(PEOPLE)
        limit_user(app, max_people=PEOPLE - 1)
        database = app.extensions["settings"].database_path
        server = serve_through_twilio(database, twilio, UNDO_SECONDS="0")
        server.start()
        try:
            for number in range(ROUNDS):
                _kill_during_an_answer(app, server, twilio, dice, number)
        finally:
            server.stop()
    states = Counter(request.state for request in list_requests(app))
    assert states == {
        "approved": ROUNDS - ROUNDS // DECLINED_EACH,
        "declined": ROUNDS // DECLINED_EACH,
    }


def _kill_during_an_answer(app, server, twilio, dice, number):
    blast_id, is_declined = ask(app, number), number % DECLINED_EACH == 0
    body = f"No {read_code(app)}" if is_declined else read_code(app)
    assert not count_texts(twilio, number)
    texting = threading.Thread(target=answer, args=(twilio, server, body))
    texting.start()
    time.sleep(dice.uniform(0, 0.12))  # the moment of the kill is what is tested
    server.kill()
    texting.join()
    server.start()
    # Twice more: the admin saw no reply.
    for _ in range(2):
        answer(twilio, server, body)
    decided = "declined" if is_declined else "approved"
    wait_until(lambda: find_approval(app, blast_id) == decided, decided, 30)
    if not is_declined:
        wait_until(lambda: has_ended(app, blast_id), "the blast to end", 60)
    counts = count_texts(twilio, number)
    assert sorted(counts.values()) == ([] if is_declined else [1] * PEOPLE), f"round {number}"
    assert count_decisions(app, blast_id) == 1
