"""From joining a group to the delivered text, through the engine and the sandbox."""

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.carriers.sandbox_models import SandboxMessage
from app.delivery.models import Message
from app.sequences.actions.sequence_running import run_sequences
from app.sequences.models import Sequence
from tests.delivery.helpers import FAST
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_member, make_phone
from tests.sequences.steps import (
    PHONE,
    WELCOME,
    join,
    list_texts,
    make_group_sequence,
    save_organisation,
)


@pytest.fixture
def sending_app(make_app):
    """An app on a fast sandbox, with Zoe in it and a welcome series that joining a group starts."""
    sending = make_app(**FAST)
    with sending.app_context():
        save_organisation()
        add_member(PHONE, "Zoe Ames")
    return sending


def test_who_joins_has_the_first_step_on_their_phone(sending_app, background):
    background(sending_app)
    phones = [PHONE, *(make_phone(n) for n in range(100, 120))]
    with sending_app.app_context():
        group_id, _ = make_group_sequence(WELCOME, moment=now())
        join(group_id, *phones, moment=now())
        run_sequences()

    def are_delivered():
        with sending_app.app_context():
            rows = db.session.scalars(db.select(Message.status).filter_by(kind="reminder")).all()
            return len(rows) == len(phones) and set(rows) == {"delivered"}

    wait_until(are_delivered, "the first step of everyone")
    with sending_app.app_context():
        on_air = db.session.scalars(db.select(SandboxMessage.phone)).all()
        assert sorted(on_air) == sorted(phones)
        assert list_texts() == ["Welcome, Zoe!"]


def test_no_more_texts_are_made_than_the_engine_can_take(sending_app):
    with sending_app.app_context():
        group_id, _ = make_group_sequence(WELCOME, moment=now())
        join(group_id, *(make_phone(n) for n in range(250)), moment=now())
        run_sequences()
        run_sequences()
        queued = db.select(db.func.count()).select_from(Message).filter_by(status="queued")
        assert db.session.scalar(queued) == 200
        with write():
            db.session.execute(db.update(Message).values(status="delivered"))
        run_sequences()
        assert db.session.scalar(queued) == 50


def test_a_sender_that_is_refused_pauses_the_sequence(sending_app):
    with sending_app.app_context():
        group_id, sequence_id = make_group_sequence(WELCOME, moment=now())
        join(group_id, *(make_phone(n) for n in range(5)), moment=now())
        run_sequences()
        with write():
            refused = db.update(Message).values(status="failed", error_code=21606)
            db.session.execute(refused)
        join(group_id, PHONE, moment=now())
        run_sequences()
        row = db.session.get(Sequence, sequence_id, populate_existing=True)
        assert row.state == "paused"
        assert row.pause_reason.startswith("Its last 5 texts were refused: ")
        assert list_texts() == []
