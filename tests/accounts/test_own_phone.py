"""A user's own phone, to which tests are sent, is verified by a code that is texted to it."""

import json
import re

import pytest

from app.accounts.actions.own_phone import MAX_CODES_SENT, MAX_WRONG_CODES
from app.accounts.queries import find_user_by_name
from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.blast_control import skip_queued_messages
from app.delivery.actions.pause_alerts import queue_admin_text
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.domain.delivery.skip_reasons import SkipReason
from app.inbox.models import Thread
from app.suppression.actions.opt_outs import record_opt_out
from tests import sample_rows
from tests.sample_people import ZOE
from tests.visit import Visitor

TYPED, PHONE = "(303) 555-0177", "+13035550177"
WRONG = "That code is wrong or has expired."


@pytest.fixture
def send(visit):
    """Sol fills in the form; gives the page that follows, or the same one with what is wrong."""

    def post(**fields):
        answer = visit("/account/phone", "sol", **fields)
        if answer.status_code == 422:
            return answer.words
        assert answer.status_code == 303
        return visit("/account/password", "sol").words

    return post


@pytest.fixture
def stored(app):
    """The verified phone of Sol, and the codes that were texted, oldest first."""

    def read():
        with app.app_context():
            ours = db.select(Message.body).where(Message.direction == "outbound")
            bodies = db.session.scalars(ours.order_by(Message.id))
            codes = [re.search(r"\d{6}", body)[0] for body in bodies]
            return find_user_by_name("sol").phone, codes

    return read


def other_than(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_code_of_the_newest_text_makes_the_phone_theirs(app, send, stored):
    assert "We texted you a code." in send(phone=TYPED)
    phone, codes = stored()
    assert (phone, len(codes)) == (None, 1)
    assert WRONG in send(code=other_than(codes[0]))
    assert stored()[0] is None
    assert "Your phone is verified." in send(code=codes[0])
    assert stored()[0] == PHONE
    with app.app_context():
        lines = db.session.scalars(
            db.select(AuditEvent.details).where(AuditEvent.verb == "phone.verified")
        ).all()
        sent = db.select(AuditEvent).where(AuditEvent.verb == "phone.code_sent")
        asked = db.session.scalars(sent).one()
    assert (asked.who, asked.about) == ("sol", "number ending in 0177")
    assert [json.loads(line)["accepted"] for line in lines] == [False, True]


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(visit, stored):
    page = visit("/account/phone", "sol", phone="123")
    assert 'aria-describedby="own-phone-error"' in page.text
    assert 'value="123"' in page.text
    visit("/account/phone", "sol", phone=TYPED)
    page = visit("/account/phone", "sol", phone=PHONE, code="12 34")
    assert 'aria-describedby="own-code-error"' in page.text
    assert 'value="12 34"' in page.text
    page = visit("/account/phone", "sol", phone=PHONE, code="")
    assert "Enter the code from the text." in page.words
    assert len(stored()[1]) == 1
    assert visit("/account/phone", "sol", phone="303 555 0178", code="").status_code == 303
    assert visit("/account/phone", "sol", phone=PHONE, code="1", new_code="1").status_code == 303
    assert len(stored()[1]) == 3


def test_after_five_wrong_codes_the_right_one_does_not_help(send, stored):
    send(phone=TYPED)
    code = stored()[1][0]
    for _ in range(MAX_WRONG_CODES):
        send(code=other_than(code))
    assert WRONG in send(code=code)
    send(phone=TYPED)
    assert "Your phone is verified." in send(code=stored()[1][1])


def test_a_number_that_is_none_and_one_that_opted_out_get_no_code(app, send, stored):
    assert "Enter the number with its area code." in send(phone="123")
    with app.app_context(), write():
        record_opt_out(ZOE, source="manual")
    assert "This number can't be texted: Opted out." in send(phone=ZOE)
    assert stored()[1] == []


def test_a_code_is_read_on_its_phone_only(app, visit, send, stored):
    """The number may be a member's: who reads the code here does not hold that phone."""
    with app.app_context():
        sample_rows.add_member(PHONE, "Uma")
        thread_id = sample_rows.add_inbound_text(PHONE, "Hello")
    send(phone=TYPED)
    code = stored()[1][-1]
    with app.app_context(), write() as session:
        newest = db.session.scalar(db.select(db.func.max(Message.id)))
        session.execute(db.update(Thread).values(last_message_id=newest))
    for address in ("/inbox", f"/inbox/{thread_id}", f"/people/{PHONE[1:]}"):
        page = visit(address, "sol")
        assert page.status_code == 200
        assert code not in page.text
        assert "Verification code" in page.words
    assert code in visit(f"/sandbox/{PHONE[1:]}", "sol").text


def test_a_code_does_not_reach_a_phone_that_says_stop_first_and_silences_no_alert(make_app):
    app = make_app(admin_test_phone=PHONE)
    Visitor(app).post("/account/phone", "sol", phone=PHONE)
    with app.app_context(), write():
        queue_admin_text("A blast was paused.", now())
    with app.app_context():
        kinds = db.session.scalars(db.select(Message.kind).order_by(Message.id)).all()
        assert kinds == [MessageKind.TEST] * 2
        with write():
            skip_queued_messages(PHONE, SkipReason.SAID_STOP)
        statuses = db.session.scalars(db.select(Message.status)).all()
    assert statuses == [MessageStatus.SKIPPED] * 2


def test_a_user_gets_a_few_codes_only(send, stored):
    for _ in range(MAX_CODES_SENT):
        send(phone=TYPED)
    assert "Too many codes were sent." in send(phone=TYPED)
    assert len(stored()[1]) == MAX_CODES_SENT


def test_a_test_without_a_phone_asks_for_it_then_for_the_code_and_keeps_the_text(make_app):
    app = make_app(
        twilio_account_sid="AC" + "a" * 32, twilio_auth_token="x", twilio_from_number="+13035550100"
    )
    visit = Visitor(app)
    with app.app_context():
        sample_rows.add_member(ZOE)

    def test_me(**fields):
        text = {"message_body": "Supper at six.", "target": "community", "send_mode": "test"}
        return visit("/blasts/new", "sol", **text, **fields)

    page = test_me()
    assert page.status_code == 422
    assert "Add your own phone first." in page.words
    assert "Supper at six." in page.words
    assert "We texted a code to this number." in test_me(test_phone=TYPED).words
    with app.app_context():
        code = re.search(r"\d{6}", db.session.scalar(db.select(Message.body)))[0]
    assert WRONG in test_me(test_phone=TYPED, test_code=other_than(code)).words
    assert test_me(test_phone=TYPED, test_code=code).status_code == 303
