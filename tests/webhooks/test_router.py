"""Where texts go: who is obeyed, confirmed, asked about, answered, and when answering stops.

W21 to W27, L6.
"""

import json
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import NotFound, db, write
from app.delivery.actions import message_claiming
from app.delivery.models import Message
from app.domain.delivery.send_rate import TokenBucket
from app.inbox.models import Thread
from app.keywords.actions import keyword_rules
from app.keywords.models import KeywordAction
from app.organisation import queries as organisation
from app.suppression.actions.stop_questions import record_stop_verdict
from app.suppression.models import ConsentEvent, StopQuestion, UnsubscribedContact
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.stop_questions import (
    count_open_stop_questions,
    find_open_stop_question,
)
from app.webhooks.actions.overdue_stop_questions import opt_out_overdue_stop_questions
from tests import sample_rows
from tests.sample_people import LEO, ZOE
from tests.visit import Visitor
from tests.webhooks.calls import ACCOUNT, INBOUND, OURS, call, opted_out, sid, verdicts

DOUBTFUL = "who is this?? stop texting me or I call my lawyer"


@pytest.fixture
def visit_practice(practice):
    """Ada and Sol look at its pages."""
    return Visitor(practice)


def thread(app, phone=ZOE):
    """Whether a person has to look at their conversation, and why."""
    with app.app_context():
        return tuple(
            db.session.execute(
                db.select(Thread.needs_reply, Thread.why).where(Thread.phone == phone)
            ).one()
        )


def say(app, body, number=1, phone=ZOE, **more):
    """A text to either app; `number` names it."""
    fields = {
        "MessageSid": sid(number),
        "AccountSid": ACCOUNT,
        "From": phone,
        "To": OURS,
        "Body": body,
    }
    return call(app, INBOUND, fields | more, token=app.extensions["settings"].webhook_keys[0])


def answers(app, phone=ZOE):
    """What we texted to a phone beside blasts, in order: (kind, status, body)."""
    with app.app_context():
        rows = db.session.scalars(
            db.select(Message)
            .where(
                Message.direction == "outbound",
                Message.phone == phone,
                Message.message_log_id.is_(None),
            )
            .order_by(Message.id)
        )
        return [(row.kind.value, row.status.value, row.body) for row in rows]


def waits(app, phone=ZOE, kind="blast"):
    """A text of ours that waits to leave; gives its id."""
    with app.app_context(), write():
        row = Message(
            kind=kind,
            phone=phone,
            body="Hi",
            status="queued",
            carrier=app.extensions["settings"].carrier,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def state(app, message_id):
    """(status, reason) of a text."""
    with app.app_context():
        row = db.session.get(Message, message_id)
        return row.status.value, row.reason


def questions(app):
    """(phone, verdict, decided_by) of every doubtful text."""
    with app.app_context():
        rows = db.session.scalars(db.select(StopQuestion).order_by(StopQuestion.id))
        return [(row.phone, row.verdict, row.decided_by) for row in rows]


@pytest.mark.parametrize(
    "body",
    [
        "stop please",
        "OPT OUT",
        "Remove me from your list.",
        "no me manden más mensajes",
    ],
)
def test_w21_an_opt_out_in_other_words_is_obeyed_and_confirmed_once(town, body):
    """W21: Twilio knows none of these, so the one confirmation is ours, and leaves though they
    are out.
    """
    waiting = waits(town)
    say(town, body)
    say(town, body, 2)
    say(town, "STOP", 3)
    assert opted_out(town) == {ZOE: "inbound"}
    assert state(town, waiting) == ("skipped", "said_stop")
    [(kind, status, words)] = answers(town)[1:]
    assert (kind, status) == ("system", "queued")
    assert words.startswith("Riverside Community: you are off our list")
    with town.app_context(), write():
        [armed] = message_claiming.claim_messages(
            "twilio", message_claiming.SendCapacity(9, TokenBucket(100.0), 0.0), now()
        )
    assert (armed.phone, armed.body) == (ZOE, words)
    assert armed.validity_seconds <= 300


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("STOP", {}),
        (" stop\n", {}),
        ("ARRET", {"OptOutType": "STOP"}),
        ("bye", {"OptOutType": "STOP"}),
    ],
)
def test_w22_w27_where_twilio_confirms_we_do_not(town, body, more):
    """W22, W27: exactly one of its words, or its own judgement."""
    say(town, body, **more)
    assert (opted_out(town), answers(town)) == ({ZOE: "inbound"}, [])


def test_a_practice_phone_sees_one_confirmation_and_one_welcome(practice):
    for number, body in enumerate(["STOP", "STOP", "START", "stop", "start"]):
        say(practice, body, number)
    said = [words[:28] for _, _, words in answers(practice)]
    assert said == ["Riverside Community: you are", "Riverside Community: you get"] * 2
    assert [status for _, status, _ in answers(practice)] == ["cancelled"] * 3 + ["queued"]


def test_the_organisations_own_words_answer(practice):
    with practice.app_context(), write():
        row = organisation.get_organisation()
        row.name, row.help_reply, row.stop_reply, row.start_reply = (
            "Elm",
            "Elm. STOP ends.",
            "Bye.",
            "Hello again.",
        )
        db.session.add(row)
    for number, body in enumerate(["HELP", "STOP", "START"]):
        say(practice, body, number)
    assert [words for _, _, words in answers(practice)] == [
        "Elm. STOP ends.",
        "Bye.",
        "Hello again.",
    ]


def test_twilio_answers_help_on_an_ordinary_number_and_we_do_not_answer_it_too(town):
    """compliance 5.4: exactly its words, in any case; in other words nobody would, so we do."""
    for number, body in enumerate(["HELP", "info", " Help "]):
        say(town, body, number)
    assert answers(town) == []
    say(town, "help!", 4)
    say(town, "ayuda", 5)
    assert [kind for kind, _, _ in answers(town)] == ["system", "system"]
    assert verdicts(town) == ["help"] * 5


def test_where_twilios_answer_is_off_we_answer_help_but_never_after_advanced_opt_out(
    town,
):
    """Even to who is out: it says how to come back, and that they are out."""
    with town.app_context(), write():
        row = organisation.get_organisation()
        row.answers_help = True
        db.session.add(row)
    say(town, "STOP")
    say(town, "HELP", 2)
    say(town, "HELP", 3, OptOutType="HELP")
    assert [kind for kind, _, _ in answers(town)] == ["system"]
    assert "Reply STOP" in answers(town)[0][2]
    assert verdicts(town) == ["opt_out", "help", "help"]


def test_a_practice_phone_always_gets_our_answer_to_help(practice):
    say(practice, "HELP")
    assert [kind for kind, _, _ in answers(practice)] == ["system"]


def test_yes_comes_back_only_from_outside(practice):
    say(practice, "YES")
    assert verdicts(practice) == ["stored"]
    say(practice, "stop", 2)
    say(practice, "Yes!", 3)
    assert (verdicts(practice)[1:], opted_out(practice)) == (["opt_out", "return"], {})


@pytest.mark.parametrize("answer", ["Welcome!", None])
def test_join_after_stop_brings_nobody_back_and_a_person_sees_it_until_start(
    practice, visit_practice, answer
):
    """An opt-out is sacred: a keyword is not START.

    With or without an answer of its own, it says nothing.
    """
    with practice.app_context(), write():
        keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo("JOIN", answer, action=KeywordAction.SUBSCRIBE),
            [],
            "ada",
        )
    say(practice, "STOP")
    say(practice, "Join", 2)
    assert (opted_out(practice), len(answers(practice))) == ({ZOE: "inbound"}, 1)
    assert thread(practice) == (True, "wants_back")
    page = visit_practice("/inbox/1", "sol")
    assert "Asks for texts again" in page.words
    assert "Only their own START brings them back" in page.words
    say(practice, "START", 3)
    assert (opted_out(practice), thread(practice)) == ({}, (False, None))
    say(practice, "JOIN", 4)
    with practice.app_context():
        assert [row.phone for row in db.session.scalars(db.select(CommunityMember))] == [ZOE]


def test_start_of_somebody_put_on_the_list_by_hand_is_left_to_people(practice):
    with practice.app_context(), write():
        db.session.add(UnsubscribedContact(phone=ZOE, source="manual"))
    say(practice, "START")
    assert (answers(practice), opted_out(practice)) == ([], {ZOE: "manual"})


def test_a_doubtful_stop_holds_everything_until_a_person_decides(practice):
    waiting = waits(practice)
    say(practice, DOUBTFUL)
    say(practice, "wrong number", 2)
    assert verdicts(practice) == ["maybe_stop", "maybe_stop"]
    assert (questions(practice), opted_out(practice)) == ([(ZOE, None, None)], {})
    assert state(practice, waiting) == ("skipped", "maybe_stop")
    with practice.app_context():
        assert find_suppression_reason(ZOE) == "maybe_stop"
        assert count_open_stop_questions()[0] == 1
        with write():
            record_stop_verdict(find_open_stop_question(ZOE).id, "stay", "sol", now())
        assert find_suppression_reason(ZOE) is None
        with pytest.raises(NotFound), write():
            record_stop_verdict(1, "out", "ada", now())


def test_a_person_who_decides_that_they_want_out_writes_down_their_words(practice):
    say(practice, DOUBTFUL)
    with practice.app_context():
        with write():
            record_stop_verdict(find_open_stop_question(ZOE).id, "out", "sol", now())
        row = db.session.scalar(db.select(UnsubscribedContact))
        line = db.session.scalar(db.select(ConsentEvent))
    assert (row.source, row.reason) == ("inbound", f"Texted: {DOUBTFUL}")
    assert (line.act.value, line.method.value, line.actor) == (
        "withdrawn",
        "stop",
        "sol",
    )


@pytest.mark.parametrize(("body", "verdict"), [("STOP", "out"), ("START", "stay")])
def test_their_own_word_answers_the_question(practice, body, verdict):
    say(practice, DOUBTFUL)
    say(practice, body, 2)
    assert questions(practice) == [(ZOE, verdict, None)]


def test_what_nobody_decides_in_ten_business_days_the_law_does(practice):
    say(practice, DOUBTFUL)
    with practice.app_context():
        asked = find_open_stop_question(ZOE)
        days = [
            asked.asked_at + timedelta(days=n + 1)
            for n in range((asked.decide_by - asked.asked_at).days)
        ]
        assert sum(day.weekday() < 5 for day in days) == 10
        assert opt_out_overdue_stop_questions(asked.decide_by - timedelta(seconds=1)) == 0
        assert opt_out_overdue_stop_questions(asked.decide_by) == 1
        assert opt_out_overdue_stop_questions(asked.decide_by) == 0
    assert (questions(practice), opted_out(practice)) == (
        [(ZOE, "out", None)],
        {ZOE: "inbound"},
    )


def test_who_is_out_is_not_asked_about(practice):
    say(practice, "STOP")
    say(practice, "I said stop", 2)
    assert (verdicts(practice), questions(practice)) == (["opt_out", "stored"], [])


def test_w25_a_loop_of_answers_ends(practice):
    """W25: 31 texts in a moment get five answers; STOP is obeyed and confirmed all the same,
    START only obeyed.
    """
    for number in range(31):
        say(practice, "HELP", number)
    assert len(answers(practice)) == 5
    say(practice, "STOP", 40)
    assert (opted_out(practice), len(answers(practice))) == ({ZOE: "inbound"}, 6)
    say(practice, "START", 41)
    assert (opted_out(practice), len(answers(practice))) == ({}, 6)
    say(practice, "HELP", 42, phone=LEO)
    assert len(answers(practice, LEO)) == 1


def test_w26_answers_are_rows_and_never_twiml(practice):
    """W26: whatever an admin wrote; the answer to the call stays empty."""
    words = "<b> & \"quoted\" 'words' " * 20
    with practice.app_context(), write():
        row = organisation.get_organisation()
        row.help_reply = words
        db.session.add(row)
    answer = say(practice, "HELP")
    assert answer.data == b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answers(practice) == [("system", "queued", words)]


PICTURES = {
    "MediaUrl0": "https://api.twilio.com/a",
    "MediaContentType0": "image/jpeg",
    "MediaUrl1": "http://x/b",
}


@pytest.mark.parametrize(
    ("number", "noted"),
    [
        ("2", [{"url": "https://api.twilio.com/a", "type": "image/jpeg"}]),
        ("0", None),
        ("abc", None),
        ("", None),
    ],
)
def test_pictures_are_noted_and_fetched_by_nobody(practice, number, noted):
    say(practice, "", NumMedia=number, **PICTURES)
    with practice.app_context():
        row = db.session.scalar(db.select(Message))
    assert (row.body, json.loads(row.media) if row.media else None) == ("", noted)


def test_the_same_call_eight_times_at_once_is_one_text_and_one_answer(practice):
    gate, codes = threading.Barrier(8), []

    def call_in():
        gate.wait()
        codes.append(say(practice, "no more texts").status_code)

    threads = [threading.Thread(target=call_in) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert codes == [200] * 8
    assert (verdicts(practice), len(answers(practice))) == (["opt_out"], 1)


WORDS = ["STOP", "stop please", "START", "YES", "HELP", "hello", DOUBTFUL]


@given(said=st.lists(st.sampled_from(WORDS), max_size=12), twice=st.booleans())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_stop_is_confirmed_twice(practice, said, twice):
    """Whatever a phone texts in whatever order: between two confirmations it came back."""
    phone = sample_rows.pretend_phone(next(PHONES))
    for place, body in enumerate(said):
        for _ in range(1 + twice):
            say(practice, body, phone=phone, number=hash((phone, place)) % 10**9)
    with practice.app_context():
        rows = db.session.execute(
            db.select(Message.id, Message.in_reply_to, Message.body)
            .where(
                Message.phone == phone,
                Message.kind == "system",
                Message.body.contains("off our list"),
            )
            .order_by(Message.id)
        ).all()
        lines = db.session.scalars(
            db.select(ConsentEvent.act).where(ConsentEvent.phone == phone)
        ).all()
    acts = [act.value for act in lines]
    stays = "".join("w" if act == "withdrawn" else "b" for act in acts)
    assert len(rows) == len([part for part in stays.split("b") if part])
    assert len({row.in_reply_to for row in rows}) == len(rows)


PHONES = iter(range(1, 1000))  # the first is ours


def test_l6_twenty_stops_are_twenty_rows_each_once(practice):
    """L6 in small; `make torture` does it for 30 seconds at 20 a second."""
    for number in range(1, 21):
        say(practice, "stop", number, phone=sample_rows.pretend_phone(number))
    with practice.app_context():
        counts = [
            db.session.scalar(db.select(db.func.count()).select_from(t))
            for t in (UnsubscribedContact, ConsentEvent)
        ]
    assert counts == [20, 20]
