"""Where texts go: who is obeyed, confirmed, asked about, answered, and when answering stops.

W21 to W27, L6.
"""

import json
import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import NotFound, db, write
from app.delivery.actions import message_claiming
from app.delivery.models import Message, MessageLog
from app.domain.delivery.send_rate import TokenBucket
from app.inbox.actions.manual_replies import apply_stop_verdict
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
def visit_practice(sandbox_app):
    """Ada and Sol look at its pages."""
    return Visitor(sandbox_app)


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


# case W21 of docs/cases.md
@pytest.mark.parametrize(
    "body",
    [
        "stop please",
        "OPT OUT",
        "Remove me from your list.",
        "no me manden más mensajes",
    ],
)
def test_an_opt_out_in_other_words_is_obeyed_and_confirmed_once(twilio_app, body):
    """W21: Twilio knows none of these, so the one confirmation is ours, and leaves though they
    are out.
    """
    waiting = waits(twilio_app)
    say(twilio_app, body)
    say(twilio_app, body, 2)
    say(twilio_app, "STOP", 3)
    assert opted_out(twilio_app) == {ZOE: "inbound"}
    assert state(twilio_app, waiting) == ("skipped", "said_stop")
    [(kind, status, words)] = answers(twilio_app)[1:]
    assert (kind, status) == ("system", "queued")
    is_spanish = "mensajes" in body
    confirmed = "ya no le enviaremos mensajes" if is_spanish else "you have opted out"
    assert words.startswith(f"Riverside Community: {confirmed}")
    with twilio_app.app_context(), write():
        [armed] = message_claiming.claim_messages(
            "twilio", message_claiming.SendCapacity(9, TokenBucket(100.0), 0.0), now()
        )
    assert (armed.phone, armed.body) == (ZOE, words)
    assert armed.validity_seconds <= 300


# case W22, W27 of docs/cases.md
@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("STOP", {}),
        (" stop\n", {}),
        ("ARRET", {"OptOutType": "STOP"}),
        ("bye", {"OptOutType": "STOP"}),
    ],
)
def test_where_twilio_confirms_we_do_not(twilio_app, body, more):
    """W22, W27: exactly one of its words, or its own judgement."""
    say(twilio_app, body, **more)
    assert (opted_out(twilio_app), answers(twilio_app)) == ({ZOE: "inbound"}, [])


def test_a_practice_phone_sees_one_confirmation_and_one_welcome(sandbox_app):
    for number, body in enumerate(["STOP", "STOP", "START", "stop", "start"]):
        say(sandbox_app, body, number)
    said = [words[:28] for _, _, words in answers(sandbox_app)]
    assert said == ["Riverside Community: you hav", "Riverside Community: you wil"] * 2
    assert [status for _, status, _ in answers(sandbox_app)] == ["cancelled"] * 3 + ["queued"]


def test_the_organisations_own_words_answer(sandbox_app):
    with sandbox_app.app_context(), write():
        row = organisation.get_organisation()
        row.name, row.help_reply, row.stop_reply, row.start_reply = (
            "Elm",
            "Elm. STOP ends.",
            "Bye.",
            "Hello again.",
        )
        db.session.add(row)
    for number, body in enumerate(["HELP", "STOP", "START"]):
        say(sandbox_app, body, number)
    assert [words for _, _, words in answers(sandbox_app)] == [
        "Elm. STOP ends.",
        "Bye.",
        "Hello again.",
    ]


def test_twilio_answers_help_on_an_ordinary_number_and_we_do_not_answer_it_too(twilio_app):
    """compliance 5.4: exactly its words, in any case; in other words nobody would, so we do."""
    for number, body in enumerate(["HELP", "info", " Help "]):
        say(twilio_app, body, number)
    assert answers(twilio_app) == []
    say(twilio_app, "help!", 4)
    say(twilio_app, "ayuda", 5)
    assert [kind for kind, _, _ in answers(twilio_app)] == ["system", "system"]
    assert verdicts(twilio_app) == ["help"] * 5


def test_where_twilios_answer_is_off_we_answer_help_but_never_after_advanced_opt_out(
    twilio_app,
):
    """Even to who is out: it says how to come back, and that they are out."""
    with twilio_app.app_context(), write():
        row = organisation.get_organisation()
        row.answers_help = True
        db.session.add(row)
    say(twilio_app, "STOP")
    say(twilio_app, "HELP", 2)
    say(twilio_app, "HELP", 3, OptOutType="HELP")
    assert [kind for kind, _, _ in answers(twilio_app)] == ["system"]
    assert "Reply STOP" in answers(twilio_app)[0][2]
    assert verdicts(twilio_app) == ["opt_out", "help", "help"]


def test_a_practice_phone_always_gets_our_answer_to_help(sandbox_app):
    say(sandbox_app, "HELP")
    assert [kind for kind, _, _ in answers(sandbox_app)] == ["system"]


def test_yes_comes_back_only_from_outside(sandbox_app):
    say(sandbox_app, "YES")
    assert verdicts(sandbox_app) == ["stored"]
    say(sandbox_app, "stop", 2)
    say(sandbox_app, "Yes!", 3)
    assert (verdicts(sandbox_app)[1:], opted_out(sandbox_app)) == (["opt_out", "return"], {})


@pytest.mark.parametrize("answer", ["Welcome!", None])
def test_join_after_stop_brings_nobody_back_and_a_person_sees_it_until_start(
    sandbox_app, visit_practice, answer
):
    """An opt-out is sacred: a keyword is not START.

    With or without an answer of its own, it says nothing.
    """
    with sandbox_app.app_context(), write():
        keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo("JOIN", answer, action=KeywordAction.SUBSCRIBE),
            [],
            "ada",
        )
    say(sandbox_app, "STOP")
    say(sandbox_app, "Join", 2)
    assert (opted_out(sandbox_app), len(answers(sandbox_app))) == ({ZOE: "inbound"}, 1)
    assert thread(sandbox_app) == (True, "wants_back")
    page = visit_practice("/inbox/1", "sol")
    assert "Only they can undo this, by texting START." in page.words
    say(sandbox_app, "START", 3)
    assert (opted_out(sandbox_app), thread(sandbox_app)) == ({}, (False, None))
    say(sandbox_app, "JOIN", 4)
    with sandbox_app.app_context():
        assert [row.phone for row in db.session.scalars(db.select(CommunityMember))] == [ZOE]


def test_start_of_somebody_put_on_the_list_by_hand_is_left_to_people(sandbox_app):
    with sandbox_app.app_context(), write():
        db.session.add(UnsubscribedContact(phone=ZOE, source="manual"))
    say(sandbox_app, "START")
    assert (answers(sandbox_app), opted_out(sandbox_app)) == ([], {ZOE: "manual"})


def test_a_doubtful_stop_holds_everything_until_a_person_decides(sandbox_app):
    waiting = waits(sandbox_app)
    say(sandbox_app, DOUBTFUL)
    say(sandbox_app, "wrong number", 2)
    assert verdicts(sandbox_app) == ["maybe_stop", "maybe_stop"]
    assert (questions(sandbox_app), opted_out(sandbox_app)) == ([(ZOE, None, None)], {})
    assert state(sandbox_app, waiting) == ("skipped", "maybe_stop")
    with sandbox_app.app_context():
        assert find_suppression_reason(ZOE) == "maybe_stop"
        assert count_open_stop_questions()[0] == 1
        with write():
            record_stop_verdict(find_open_stop_question(ZOE).id, "stay", "sol", now())
        assert find_suppression_reason(ZOE) is None
        with pytest.raises(NotFound), write():
            record_stop_verdict(1, "out", "ada", now())


def test_a_person_who_decides_that_they_want_out_writes_down_their_words(sandbox_app):
    say(sandbox_app, DOUBTFUL)
    with sandbox_app.app_context():
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
def test_their_own_word_answers_the_question(sandbox_app, body, verdict):
    say(sandbox_app, DOUBTFUL)
    say(sandbox_app, body, 2)
    assert questions(sandbox_app) == [(ZOE, verdict, None)]


def test_what_nobody_decides_in_ten_business_days_the_law_does(sandbox_app):
    say(sandbox_app, DOUBTFUL)
    with sandbox_app.app_context():
        asked = find_open_stop_question(ZOE)
        days = [
            asked.asked_at + timedelta(days=n + 1)
            for n in range((asked.decide_by - asked.asked_at).days)
        ]
        assert sum(day.weekday() < 5 for day in days) == 10
        assert opt_out_overdue_stop_questions(asked.decide_by - timedelta(seconds=1)) == 0
        assert opt_out_overdue_stop_questions(asked.decide_by) == 1
        assert opt_out_overdue_stop_questions(asked.decide_by) == 0
    assert (questions(sandbox_app), opted_out(sandbox_app)) == (
        [(ZOE, "out", None)],
        {ZOE: "inbound"},
    )


def test_who_is_out_is_not_asked_about(sandbox_app):
    say(sandbox_app, "STOP")
    say(sandbox_app, "I said stop", 2)
    assert (verdicts(sandbox_app), questions(sandbox_app)) == (["opt_out", "stored"], [])


# case W25 of docs/cases.md
def test_a_loop_of_answers_ends(sandbox_app):
    """W25: 31 texts in a moment get five answers; STOP is obeyed and confirmed all the same,
    START only obeyed.
    """
    for number in range(31):
        say(sandbox_app, "HELP", number)
    assert len(answers(sandbox_app)) == 5
    say(sandbox_app, "STOP", 40)
    assert (opted_out(sandbox_app), len(answers(sandbox_app))) == ({ZOE: "inbound"}, 6)
    say(sandbox_app, "START", 41)
    assert (opted_out(sandbox_app), len(answers(sandbox_app))) == ({}, 6)
    say(sandbox_app, "HELP", 42, phone=LEO)
    assert len(answers(sandbox_app, LEO)) == 1


# case W26 of docs/cases.md
def test_answers_are_rows_and_never_twiml(sandbox_app):
    """W26: whatever an admin wrote; the answer to the call stays empty."""
    words = "<b> & \"quoted\" 'words' " * 20
    with sandbox_app.app_context(), write():
        row = organisation.get_organisation()
        row.help_reply = words
        db.session.add(row)
    answer = say(sandbox_app, "HELP")
    assert answer.data == b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answers(sandbox_app) == [("system", "queued", words)]


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
def test_pictures_are_noted_and_fetched_by_nobody(sandbox_app, number, noted):
    say(sandbox_app, "", NumMedia=number, **PICTURES)
    with sandbox_app.app_context():
        row = db.session.scalar(db.select(Message))
    assert (row.body, json.loads(row.media) if row.media else None) == ("", noted)


def test_the_same_call_eight_times_at_once_is_one_text_and_one_answer(sandbox_app):
    gate, codes = threading.Barrier(8), []

    def call_in():
        gate.wait()
        codes.append(say(sandbox_app, "no more texts").status_code)

    threads = [threading.Thread(target=call_in) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert codes == [200] * 8
    assert (verdicts(sandbox_app), len(answers(sandbox_app))) == (["opt_out"], 1)


WORDS = ["STOP", "stop please", "START", "YES", "HELP", "hello", DOUBTFUL]


@given(said=st.lists(st.sampled_from(WORDS), max_size=12), twice=st.booleans())
@settings(max_examples=15)
def test_no_stop_is_confirmed_twice(sandbox_app, said, twice):
    """Whatever a phone texts in whatever order: between two confirmations it came back."""
    phone = sample_rows.make_phone(next(PHONES))
    for place, body in enumerate(said):
        for _ in range(1 + twice):
            say(sandbox_app, body, phone=phone, number=hash((phone, place)) % 10**9)
    with sandbox_app.app_context():
        rows = db.session.execute(
            db.select(Message.id, Message.in_reply_to, Message.body)
            .where(
                Message.phone == phone,
                Message.kind == "system",
                Message.body.contains("you have opted out and"),
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


# case L6 of docs/cases.md
def test_twenty_stops_are_twenty_rows_each_once(sandbox_app):
    """L6 in small; `make torture` does it for 30 seconds at 20 a second."""
    for number in range(1, 21):
        say(sandbox_app, "stop", number, phone=sample_rows.make_phone(number))
    with sandbox_app.app_context():
        counts = [
            db.session.scalar(db.select(db.func.count()).select_from(t))
            for t in (UnsubscribedContact, ConsentEvent)
        ]
    assert counts == [20, 20]


def send_supper(app, *phones, refuse):
    """A blast that these phones received, whose statistics fail at every `refuse`."""
    trigger = (
        f"CREATE TRIGGER refuse BEFORE {refuse} ON blast_replies "
        "BEGIN SELECT RAISE(ABORT, 'x'); END"
    )
    with app.app_context(), write() as session:
        session.execute(db.text(trigger))
        log = MessageLog(message_body="Supper?", target="community", total_recipients=1)
        session.add(log)
        session.flush()
        row = {"kind": "blast", "body": "Supper?", "status": "delivered", "sender": OURS}
        session.add_all(Message(**row, message_log_id=log.id, phone=phone) for phone in phones)


def test_a_stop_counts_even_when_its_blast_cannot_count_it(twilio_app, caplog):
    """Nothing but the count of the blast is lost."""
    send_supper(twilio_app, ZOE, refuse="INSERT")
    assert say(twilio_app, "STOP").status_code == 200
    assert ZOE in opted_out(twilio_app)
    assert "was not counted to its blast: IntegrityError" in caplog.text
    assert ZOE not in caplog.text


def test_a_late_opt_out_counts_even_when_its_blast_cannot_count_it(twilio_app, caplog):
    """One that a person decides, and one that the law does when nobody decided."""
    send_supper(twilio_app, ZOE, LEO, refuse="UPDATE")
    say(twilio_app, DOUBTFUL)
    say(twilio_app, DOUBTFUL, 2, LEO)
    with twilio_app.app_context():
        question = find_open_stop_question(ZOE)
        thread_id = db.session.scalar(db.select(Thread.id).where(Thread.phone == ZOE))
        with write():
            apply_stop_verdict(thread_id, question.id, "out", "sol", now())
        assert opt_out_overdue_stop_questions(question.decide_by + timedelta(days=1)) == 1
    assert {ZOE, LEO} <= set(opted_out(twilio_app))
    assert caplog.text.count("was not counted to its blast: IntegrityError") == 2
