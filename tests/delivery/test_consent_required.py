"""Where a yes is demanded: the check, release, arming and single texts all obey the one
judgement.
"""

import pytest

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageKind
from app.organisation import queries as organisation
from app.suppression.actions.consent_events import grant_consent
from app.suppression.actions.opt_outs import lift_opt_outs, record_opt_out
from tests.delivery.helpers import (
    FAST,
    add_phones,
    assert_everybody_accounted_for,
    list_messages,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MAX, MIA, ZOE

BEGINNING_KINDS = (
    MessageKind.REPLY,
    MessageKind.KEYWORD,
    MessageKind.BLAST,
    MessageKind.REMINDER,
)
ANSWERING_KINDS = (MessageKind.SURVEY, MessageKind.TEST, MessageKind.SYSTEM)
REPLY_KINDS = (MessageKind.REPLY, MessageKind.KEYWORD, MessageKind.SURVEY)


@pytest.fixture
def sending_app(make_app):
    """A fast sandbox; Zoe agreed on paper, Leo by text, Mia withdrew it by hand, nobody asked
    Max.
    """
    app = make_app(**FAST)
    add_phones(app, ZOE, LEO, MIA, MAX)
    with app.app_context(), write():
        grant_consent(ZOE, "form", "On paper", "ada")
        lift_opt_outs(LEO, evidence="Texted: START")
        grant_consent(MIA, "form", "On paper", "ada")
        record_opt_out(MIA, source="manual", actor="ada")
    return app


def demand_a_yes(app, yes=True):
    """Change the setting that texting needs a recorded consent."""
    with app.app_context(), write():
        organisation.get_organisation().consent_required = yes


def single(app, phone, kind, **more):
    """Queue a text to one person; return its id. `more`: further columns."""
    return _store(app, phone, kind, direction="outbound", status="queued", **more)


def store_inbound(app, phone):
    """Store a text from a phone; return its id."""
    return _store(app, phone, MessageKind.INBOUND, direction="inbound", status="received")


def _store(app, phone, kind, **more):
    with app.app_context(), write() as session:
        values = {"body": "Yes, at noon.", "carrier": "sandbox", "segments": 1, "encoding": "gsm7"}
        session.add(row := Message(phone=phone, kind=kind, created_at=now(), **values | more))
        session.flush()
        return row.id


def fates(app, log_id=None):
    """Return what became of each number: its skip reason, or "sent"."""
    return {
        row.phone: row.reason if row.status == "skipped" else "sent"
        for row in list_messages(app, log_id)
    }


def test_release_leaves_out_who_has_no_recorded_yes(sending_app, background):
    demand_a_yes(sending_app)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert fates(sending_app, log.id) == {
        ZOE: "sent",
        LEO: "sent",
        MIA: "said_stop",
        MAX: "no_consent",
    }
    assert_everybody_accounted_for(sending_app)


def test_without_the_setting_only_opt_outs_count(sending_app, background):
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert fates(sending_app, log.id) == {
        ZOE: "sent",
        LEO: "sent",
        MIA: "said_stop",
        MAX: "sent",
    }


def test_arming_obeys_a_setting_that_was_changed_after_release(sending_app, background):
    """Whoever waits is judged anew: also the statements that were built when the program
    started.
    """
    blast_id = start_blast(sending_app)
    with sending_app.app_context():
        assert release_due_blasts() == 1
    demand_a_yes(sending_app)
    background(sending_app)
    log = wait_until_ended(sending_app, blast_id)
    assert fates(sending_app, log.id) == {
        ZOE: "sent",
        LEO: "sent",
        MIA: "said_stop",
        MAX: "no_consent",
    }


def test_a_single_text_needs_a_yes_only_where_it_begins(sending_app, background):
    """What answers a text, or is the admin's own test, needs none (docs/decisions/0021): Max, whom
    nobody asked, wrote to us. A STOP counts for all but its own confirmation (kind system).
    """
    demand_a_yes(sending_app)
    answered = store_inbound(sending_app, MAX), store_inbound(sending_app, MIA)
    begun = [single(sending_app, MAX, kind) for kind in BEGINNING_KINDS]
    answers = [single(sending_app, MAX, kind) for kind in ANSWERING_KINDS]
    answers += [single(sending_app, MAX, kind, in_reply_to=answered[0]) for kind in REPLY_KINDS]
    answers += [single(sending_app, ZOE, kind) for kind in BEGINNING_KINDS]
    to_mia = [single(sending_app, MIA, kind, in_reply_to=answered[1]) for kind in REPLY_KINDS]
    confirmation = single(sending_app, MIA, MessageKind.SYSTEM)
    background(sending_app)
    wait_until(
        lambda: not any(row.status == "queued" for row in list_messages(sending_app)),
        "the queue to be empty",
    )
    with sending_app.app_context():
        rows = {row.id: row for row in db.session.scalars(db.select(Message))}
    assert [rows[id].reason for id in begun] == ["no_consent"] * len(begun)
    assert [rows[id].reason for id in to_mia] == ["said_stop"] * len(to_mia)
    assert "skipped" not in {rows[id].status.value for id in (*answers, confirmation)}
