"""An admin answers the code that their own phone was texted; no one else's answer decides."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.accounts.models import AppUser
from app.approvals.actions.code_answers import delete_old_codes
from app.approvals.models import ApprovalCode
from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.inbox.models import Thread
from app.keywords.actions.keyword_rules import KeywordInfo, create_keyword_rule
from tests.approvals.helpers import (
    ADA_PHONE,
    get_blast,
    list_requests,
    list_texts,
    read_code,
    release,
    send_above_limit,
)
from tests.sample_people import ZOE
from tests.visit import Visitor
from tests.webhooks.calls import BASE, TWILIO, opted_out, sid, text, verdicts


@pytest.fixture
def called(make_app):
    """An app that Twilio calls."""
    return make_app(**TWILIO, public_base_url=BASE)


@pytest.fixture
def asked(called, copied_steps):
    """The blast of Sol that waits."""
    return copied_steps.take(called, ask_for_approval)


def ask_for_approval(app):
    return send_above_limit(app, Visitor(app))


def say(app, body, number=1, phone=ADA_PHONE):
    """Text from a phone; `number` names the text."""
    assert text(app, body, sid=sid(number), phone=phone).status_code == 200
    return list_texts(app, phone)[-1]


def list_threads(app):
    """The phones that have a conversation."""
    with app.app_context():
        return db.session.scalars(db.select(Thread.phone)).all()


def test_the_code_approves_and_starts_nothing_else(called, asked):
    code = read_code(called)
    assert say(called, code) == "Approved. Sending to 6 people now."
    assert get_blast(called, asked).approval == "approved"
    assert verdicts(called) == ["approval"]
    assert list_threads(called) == []
    assert release(called) == 1
    (request,) = list_requests(called)
    assert (request.decided_by, request.decided_how) == ("ada", "text")
    # No session says who texts: the row of the audit knows it by the phone.
    with called.app_context():
        row = db.session.scalar(db.select(AuditEvent).where(AuditEvent.verb == "blast.approved"))
        assert (row.user_id, row.who) == (1, "ada")


def test_a_code_answered_twice_says_who_approved(called, asked):
    code = read_code(called)
    say(called, code)
    assert say(called, f" {code[:3]} {code[3:]}. ", 2) == "Already approved by Ada."
    assert release(called) == 1
    assert release(called) == 0


def test_no_and_the_code_declines_with_a_reason(called, asked):
    assert say(called, f"No {read_code(called)}: wrong day") == ("Declined. The blast is not sent.")
    (request,) = list_requests(called)
    assert (request.state, request.reason) == ("declined", "wrong day")
    assert release(called) == 0


def test_the_code_from_another_phone_is_an_ordinary_text(called, asked):
    text(called, read_code(called), phone=ZOE)
    assert verdicts(called) == ["stored"]
    assert list_threads(called) == [ZOE]
    assert get_blast(called, asked).approval == "waiting"


def test_stop_with_the_code_still_opts_out(called, asked):
    text(called, f"STOP {read_code(called)}", phone=ADA_PHONE)
    assert get_blast(called, asked).approval == "waiting"
    text(called, "STOP", sid=sid(2), phone=ADA_PHONE)
    assert ADA_PHONE in opted_out(called)


def test_five_wrong_codes_end_it(called, asked):
    code = read_code(called)
    wrong = "000000" if code != "000000" else "111111"
    for number in range(5):
        assert say(called, wrong, number + 1).startswith("This code is wrong")
    assert say(called, code, 6).startswith("Too many wrong codes.")
    assert get_blast(called, asked).approval == "waiting"
    assert say(called, wrong, 7) == "No blast waits for this code, so nothing was approved."


def test_after_a_day_the_code_has_expired(called, asked):
    with called.app_context(), write() as session:
        session.execute(update(ApprovalCode).values(sent_at=now() - timedelta(hours=25)))
    assert say(called, read_code(called)).startswith("This code has expired.")
    assert get_blast(called, asked).approval == "waiting"


def test_a_phone_that_was_given_up_or_an_admin_no_more_decides_nothing(called, asked):
    code = read_code(called)
    with called.app_context(), write() as session:
        session.execute(update(AppUser).where(AppUser.username == "ada").values(phone=ZOE))
    text(called, code, phone=ADA_PHONE)
    assert verdicts(called) == ["stored"]
    with called.app_context(), write() as session:
        ada = AppUser.username == "ada"
        session.execute(update(AppUser).where(ada).values(role="social_manager"))
    assert say(called, code, 2, ZOE) == "Only an admin other than its sender can decide this."
    assert get_blast(called, asked).approval == "waiting"


def test_a_canceled_blast_is_not_approved(called, asked):
    Visitor(called)(f"/blasts/scheduled/{asked}/cancel", "sol", x="1")
    assert say(called, read_code(called)).startswith("This blast no longer waits")
    assert release(called) == 0


def test_pages_hide_the_code_from_whoever_else_reads_them(called, asked):
    code = read_code(called)
    with called.app_context():
        row = db.session.scalar(db.select(Message).where(Message.phone == ADA_PHONE))
        assert code not in row.shown_body
        assert row.shown_body.startswith("Reply with a code to approve: 6 people")


@pytest.mark.parametrize("body", ["482913", "No 482913", "no 482 913: not today", "Decline 482913"])
@pytest.mark.parametrize("asked_before", [False, True])
def test_a_wrong_or_old_code_of_ada_is_answered_and_starts_nothing(called, body, asked_before):
    with called.app_context(), write():
        ada = AppUser.username == "ada"
        db.session.execute(update(AppUser).where(ada).values(phone=ADA_PHONE))
        create_keyword_rule(KeywordInfo("482913", "A keyword answers"), ["NO 482913"], "ada")
    if asked_before:
        send_above_limit(called, Visitor(called))
        with called.app_context(), write():
            delete_old_codes(now() + timedelta(days=8))
    reply = say(called, body)
    assert "approved" in reply
    assert "A keyword answers" not in reply
    assert verdicts(called)[-1] == "approval"
    assert list_threads(called) == []
    assert ADA_PHONE not in opted_out(called)


@pytest.mark.parametrize("body", ["STOP", "stop texting me"])
def test_a_stop_from_adas_phone_is_an_opt_out(called, asked, body):
    text(called, body, phone=ADA_PHONE)
    assert ADA_PHONE in opted_out(called)


@pytest.mark.parametrize("body", ["STOP 482913", "Stop. 482913"])
def test_a_stop_with_a_code_is_read_as_any_other_and_decides_nothing(called, asked, body):
    text(called, body, phone=ADA_PHONE)
    assert verdicts(called)[-1] in ("stored", "maybe_stop")
    assert get_blast(called, asked).approval == "waiting"


def test_what_twilio_took_for_a_stop_is_never_a_code(called, asked):
    text(called, f"No {read_code(called)}", phone=ADA_PHONE, OptOutType="STOP")
    assert ADA_PHONE in opted_out(called)
    assert get_blast(called, asked).approval == "waiting"


def test_the_phone_of_a_disabled_user_is_that_of_anybody(called):
    with called.app_context(), write():
        values = {"phone": ADA_PHONE, "disabled_at": now()}
        db.session.execute(update(AppUser).where(AppUser.username == "sol").values(values))
    text(called, "482913", phone=ADA_PHONE)
    assert verdicts(called) == ["stored"]
