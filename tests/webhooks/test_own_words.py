"""What we said ourselves is not theirs: reactions, quotations, signatures and machines' texts (B5),
and words to leave and to come back beside questions and the carrier's block (B6).
"""

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.inbox.models import Thread
from app.suppression.models import StopQuestion
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.sample_people import ZOE
from tests.webhooks.calls import (
    OURS,
    armed_text,
    minutes_pass,
    opted_out,
    receipt,
    sid,
    text,
    verdicts,
)

BLAST = "Choir practice moved to 7 pm.\nReply STOP to opt out."
DRIVING = (
    "I'm driving with Focus turned on. I'll see your message when I get where I'm going. "
    '(I\'m not receiving notifications. If this is urgent, reply "urgent".)'
)


def texted(app, *bodies, phone=ZOE):
    """Zoe got these texts of ours a minute ago."""
    with app.app_context(), write() as session:
        for body in bodies:
            row = {"kind": "reply", "phone": phone, "body": body, "status": "delivered"}
            moment = now()
            session.add(Message(**row, sender=OURS, carrier="twilio", sent_at=moment))
    minutes_pass(app)


def thread(app, phone=ZOE):
    """Whether a person has to look at her conversation, and why."""
    with app.app_context():
        row = db.session.scalar(db.select(Thread).where(Thread.phone == phone))
        return bool(row.needs_reply), row.why


def questions(app):
    """How many STOP questions are open."""
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(StopQuestion))


def suppressed(app, phone=ZOE):
    """Why she gets no texts, or None."""
    with app.app_context():
        return find_suppression_reason(phone)


def test_a_heart_on_our_text_is_a_reaction_and_nothing_to_answer(twilio_app):
    texted(twilio_app, BLAST)
    reactions = [
        f"Loved “{BLAST}”",
        f"👍 to “{BLAST}”",
        f"Le encantó “{BLAST}”",
        f"A réagi avec 🙏 à « {BLAST} »",
        f"Понравилось «{BLAST}»",
        "Loved “Choir practice moved…”",
        "Loved an image",
    ]
    for number, body in enumerate(reactions):
        text(twilio_app, body, sid=sid(number))
    assert verdicts(twilio_app) == ["reaction"] * len(reactions)
    assert (opted_out(twilio_app), questions(twilio_app)) == ({}, 0)
    assert thread(twilio_app) == (False, None)


def test_our_words_in_an_answer_are_not_hers(twilio_app):
    texted(twilio_app, BLAST, "Are you coming? Text STOP to leave our list")
    for number, body in enumerate(
        [
            "> Reply STOP to opt out\nYes I'll be there",
            "Yes!\n\nOn Mon, Nov 3, Grace Church wrote:\n> Reply STOP to opt out",
            f"{BLAST}\n\nGreat, see you then",
            "Are you coming? Text STOP to leave our list. Of course I am!",
        ]
    ):
        text(twilio_app, body, sid=sid(number))
    assert verdicts(twilio_app) == ["stored"] * 4
    assert suppressed(twilio_app) is None


def test_a_request_below_our_quoted_text_is_hers(twilio_app):
    texted(twilio_app, BLAST)
    text(twilio_app, f"{BLAST}\n\nPlease take me off your list")
    assert verdicts(twilio_app) == ["opt_out"]


@pytest.mark.parametrize(
    "body",
    [DRIVING, "Automatic reply: I am out of the office", "Respuesta automática: estoy de viaje"],
)
def test_a_machines_text_needs_nobody_and_is_answered_by_nothing(twilio_app, body):
    texted(twilio_app, BLAST)
    text(twilio_app, body)
    assert verdicts(twilio_app) == ["machine_text"]
    assert thread(twilio_app) == (False, None)


@pytest.mark.parametrize(
    "body",
    [
        "STOP\nMaria Gonzalez",
        "STOP - Maria",
        "stop\nSent from Outlook for Android",
        "STOP\n-- \nJ. Smith",
        "sotp",
        "REMOVE",
    ],
)
def test_a_signature_changes_no_stop(twilio_app, body):
    text(twilio_app, body)
    assert opted_out(twilio_app) == {ZOE: "inbound"}


def test_alto_is_a_voice_part_unless_we_text_spanish(twilio_app):
    texted(twilio_app, "Which voice part do you sing?")
    text(twilio_app, "Alto")
    assert verdicts(twilio_app) == ["stored"]
    texted(twilio_app, "Ensayo a las 7. Responda ALTO para no recibir más mensajes")
    text(twilio_app, "Alto", sid=sid(2))
    assert verdicts(twilio_app) == ["stored", "opt_out"]


@pytest.mark.parametrize("sender", [ZOE[1:], f" {ZOE[1:]}", "+1 (303) 555-0142", f"rcs:{ZOE}"])
def test_her_stop_is_obeyed_whatever_the_carrier_calls_her_phone(twilio_app, sender):
    text(twilio_app, "STOP", phone=sender)
    assert opted_out(twilio_app) == {ZOE: "inbound"}


@pytest.mark.parametrize(
    "body", ["Start.", "START!", "“START”", "unstop.", "COMENZAR", "resubscribe", "add me back"]
)
def test_the_list_opens_only_when_twilio_delivers_again(twilio_app, body):
    """M07: Twilio lifts its block for exactly START, UNSTOP and YES."""
    text(twilio_app, "STOP")
    minutes_pass(twilio_app)
    text(twilio_app, body, sid=sid(2))
    assert opted_out(twilio_app) == {ZOE: "inbound"}
    assert verdicts(twilio_app)[-1] == "wants_back"
    assert thread(twilio_app) == (True, "wants_back")


@pytest.mark.parametrize("body", ["START", "start", "UnStop", " yes "])
def test_twilios_own_words_open_the_list(twilio_app, body):
    text(twilio_app, "STOP")
    minutes_pass(twilio_app)
    text(twilio_app, body, sid=sid(2))
    assert opted_out(twilio_app) == {}
    assert verdicts(twilio_app)[-1] == "return"


def test_a_welcome_that_twilio_still_refuses_marks_the_conversation(twilio_app):
    """M07: START opens the list, and the next text meets 21610."""
    text(twilio_app, "STOP")
    minutes_pass(twilio_app)
    text(twilio_app, "START", sid=sid(2))
    _, ref = armed_text(twilio_app)
    receipt(twilio_app, ref, "failed", code=21610, sid=sid(3))
    assert suppressed(twilio_app) == "said_stop"
    assert thread(twilio_app) == (True, "wants_back")
