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


def single(app, phone, kind):
    """Queue a text to one person; return its id."""
    with app.app_context(), write() as session:
        values = {
            "direction": "outbound",
            "status": "queued",
            "body": "Yes, at noon.",
            "carrier": "sandbox",
        }
        session.add(
            row := Message(
                phone=phone,
                kind=kind,
                segments=1,
                encoding="gsm7",
                created_at=now(),
                **values,
            )
        )
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


def test_every_kind_of_single_text_obeys_but_our_own_answers(sending_app, background):
    """A reply and a test need a yes; the confirmation of an opt-out (kind system) is always
    sent.
    """
    demand_a_yes(sending_app)
    texts = {kind: single(sending_app, MAX, kind) for kind in (MessageKind.REPLY, MessageKind.TEST)}
    yes, system = (
        single(sending_app, ZOE, MessageKind.REPLY),
        single(sending_app, MIA, MessageKind.SYSTEM),
    )
    background(sending_app)
    wait_until(
        lambda: not any(row.status == "queued" for row in list_messages(sending_app)),
        "the queue to be empty",
    )
    with sending_app.app_context():
        became = {
            row.id: (row.status.value, row.reason) for row in db.session.scalars(db.select(Message))
        }
    assert {became[text] for text in texts.values()} == {("skipped", "no_consent")}
    assert became[yes][0] != "skipped"
    assert became[system][0] != "skipped"
