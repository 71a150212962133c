"""Playing the people's phones in the browser."""

import re

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.db import db, write
from app.delivery.carriers.sandbox_models import (
    PhoneBehaviour,
    SandboxMessage,
    SandboxPhone,
)
from app.delivery.carriers.sandbox_payloads import SANDBOX_ACCOUNT_SID
from app.delivery.carriers.sandbox_twilio_api import handle_api_request
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.suppression.models import UnsubscribedContact
from tests import sample_rows
from tests.sample_people import LEO, ZOE
from tests.visit import Visitor

ZOES = "/sandbox/13035550142"


def text_to(app, phone, body):
    with app.app_context():
        fields = {"To": phone, "From": "+12025550100", "Body": body}
        assert (
            handle_api_request(
                "POST",
                f"/2010-04-01/Accounts/{SANDBOX_ACCOUNT_SID}/Messages.json",
                fields,
            ).status
            == 201
        )


def everything(app, model):
    with app.app_context():
        return db.session.scalars(select(model)).all()


@pytest.fixture
def zoe(app):
    with app.app_context():
        sample_rows.add_member(ZOE, "Zoë Hernández")


def test_both_roles_may_play_and_a_stranger_may_not(visit):
    for who in ("ada", "sol"):
        assert visit("/sandbox", who).status_code == 200
        assert visit(ZOES, who).status_code == 200
    assert visit("/sandbox").status_code == 302
    assert visit(f"{ZOES}/live").status_code == 401


def test_with_a_real_carrier_there_are_no_pretend_phones(make_app):
    visit = Visitor(
        make_app(
            twilio_account_sid="AC" + "1" * 32,
            twilio_auth_token="t" * 32,
            twilio_from_number="+13035550100",
        )
    )
    for address in ("/sandbox", ZOES, f"{ZOES}/live", "/sandbox/open?phone=1"):
        assert visit(address, "ada").status_code == 404
    assert visit(f"{ZOES}/text", "ada", body="STOP").status_code == 404


def test_everybody_in_the_community_has_a_phone(visit, zoe):
    page = visit("/sandbox", "sol")
    assert "Zoë Hernández" in page.words
    assert f'href="{ZOES}"' in page.text


def test_people_are_found_by_name(app, visit, zoe):
    with app.app_context():
        sample_rows.add_member(LEO, "Leo")
    page = visit("/sandbox?search=Leo", "sol")
    assert "Leo" in page.words
    assert "Zoë" not in page.words


def test_an_empty_community_says_where_to_begin(visit):
    assert "Go to the community" in visit("/sandbox", "sol").words


def test_a_big_community_comes_fifty_at_a_time(app, visit):
    with app.app_context():
        sample_rows.add_members(120)
    page = visit("/sandbox", "sol")
    assert page.text.count("/sandbox/1") == 50
    assert visit("/sandbox?page=3", "sol").text.count("/sandbox/1") == 20


def test_numbers_that_got_texts_come_first_strangers_too(app, visit, zoe):
    text_to(app, LEO, "Hello Leo")
    page = visit("/sandbox", "sol")
    assert "Texting now" in page.words
    assert "Hello Leo" in page.words
    assert "Hello Leo" in visit("/sandbox?search=555-0143", "sol").words
    assert "Hello Leo" not in visit("/sandbox?search=Zo", "sol").words


def test_any_number_can_be_played(visit):
    page = visit("/sandbox/open?phone=(720)%20555-0199", "sol")
    assert (page.status_code, page.location) == (303, "/sandbox/17205550199")
    page = visit("/sandbox/open?phone=12", "sol")
    assert page.status_code == 422
    assert 'value="12"' in page.text
    assert "short code" in page.words


@pytest.mark.parametrize(
    "digits", ["abc", "0123456789", "1", "1" * 16, "١٢٣٤٥٦٧٨٩", "+13035550142"]
)
def test_what_is_no_number_is_not_there(visit, digits):
    assert visit(f"/sandbox/{digits}", "sol").status_code == 404
    assert visit(f"/sandbox/{digits}/text", "sol", body="x").status_code == 404


def test_the_screen_shows_a_text_exactly_with_its_parts_and_state(app, visit, zoe):
    text_to(app, ZOE, "Hi  Zoë,\n<b>سلام</b> & 😀" + "x" * 70)
    page = visit(ZOES, "sol")
    assert "Hi  Zoë,\n&lt;b&gt;سلام&lt;/b&gt; &amp; 😀" in page.text
    assert re.search(r'class="bub in"\s+dir="auto"', page.text)
    assert "2 segments · Sent" in page.words


def test_a_phone_writes_back_and_is_heard_at_once(app, visit, zoe):
    page = visit(f"{ZOES}/text", "sol", body=" See you  there 😀", follow=True)
    assert " See you  there 😀" in page.text
    assert "Received by SMS Admin" in page.words
    assert "SMS Admin received it" in page.words
    [text] = everything(app, Message)
    assert (text.phone, text.body, text.status, text.sender) == (
        ZOE,
        " See you  there 😀",
        MessageStatus.RECEIVED,
        "+12025550100",
    )


def test_stop_is_one_click_and_start_another(app, visit, zoe):
    page = visit(ZOES, "sol")
    assert all(
        f'name="body" value="{word}"' in page.text for word in ("YES", "STOP", "START", "HELP")
    )
    page = visit(f"{ZOES}/text", "sol", body="STOP", follow=True)
    assert "Opted out. Only they can undo this, by texting START." in page.words
    assert [row.phone for row in everything(app, UnsubscribedContact)] == [ZOE]
    page = visit(f"{ZOES}/text", "sol", body="START", follow=True)
    assert "Opted out" not in page.words
    assert everything(app, UnsubscribedContact) == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Enter a text."),
        ("  \n", "Enter a text."),
        ("x" * 1601, "up to 1,600 characters"),
    ],
)
def test_a_text_that_cannot_be_sent_is_said_beside_the_field_and_kept(app, visit, body, sentence):
    page = visit(f"{ZOES}/text", "sol", body=body)
    assert page.status_code == 422
    assert sentence in page.words
    assert everything(app, SandboxMessage) == []
    assert f'value="{body}"' in page.text


def test_a_nul_is_no_sign(app, visit):
    visit(f"{ZOES}/text", "sol", body="A\x00B")
    assert everything(app, Message)[0].body == "AB"


def test_a_phone_changes_its_mood_and_all_of_them_work_again(app, visit, zoe):
    page = visit(f"{ZOES}/mood", "sol", mood="unreachable", follow=True)
    assert 'value="unreachable" aria-pressed="true"' in page.text
    assert "Switched off" in visit("/sandbox", "sol").words
    page = visit("/sandbox/working", "sol", follow=True, _="")
    assert "All phones reset." in page.words
    assert "Switched off" not in page.words
    assert everything(app, SandboxPhone) == []


def test_a_mood_that_does_not_exist_changes_nothing(app, visit):
    assert visit(f"{ZOES}/mood", "sol", mood="dancing").status_code == 400
    assert everything(app, SandboxPhone) == []


def test_a_form_without_its_token_changes_nothing(app, visit):
    for address in (f"{ZOES}/text", f"{ZOES}/mood", "/sandbox/working"):
        assert (
            visit.browser("sol").post(address, data={"body": "STOP", "mood": "slow"}).status_code
            == 400
        )
    assert everything(app, SandboxMessage) == everything(app, SandboxPhone) == []


def test_the_screen_asks_for_news_and_gets_only_what_is_new(app, visit, zoe):
    page = visit(ZOES, "sol")
    address = page.text.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert visit(address, "sol").status_code == 204
    text_to(app, ZOE, "News")
    fragment = visit(address, "sol")
    assert fragment.status_code == 200
    assert "News" in fragment.words
    assert 'id="happened" hx-swap-oob="true"' in fragment.text
    assert "<html" not in fragment.text
    assert address not in fragment.text


def test_what_happened_tells_the_life_of_a_text(app, visit):
    moment = now()
    lives = [
        {
            "status": MessageStatus.DELIVERED,
            "submitted_at": moment,
            "sent_at": moment,
            "delivered_at": moment,
        },
        {"status": MessageStatus.FAILED, "failed_at": moment, "error_code": 21211},
        {"status": MessageStatus.SKIPPED, "reason": "said_stop"},
        {"status": MessageStatus.CANCELLED},
    ]
    with app.app_context(), write() as session:
        session.add_all(
            Message(kind=MessageKind.BLAST, phone=ZOE, body=f"Text {n}", **life)
            for n, life in enumerate(lives)
        )
    page = visit(ZOES, "sol")
    for words in (
        "Receipt: delivered “ Text 0 ”",
        "Sent to the practice network “ Text 0 ”",
        "Failed This is not a phone number. “ Text 1 ”",
        "Skipped Opted out. “ Text 2 ”",
        "Canceled “ Text 3 ”",
    ):
        assert words in page.words


def test_texts_of_the_real_carrier_are_not_shown(app, visit):
    with app.app_context(), write() as session:
        session.add(
            Message(
                kind=MessageKind.BLAST,
                phone=ZOE,
                body="Real",
                status=MessageStatus.SENT,
                carrier="twilio",
            )
        )
    assert "Real" not in visit(ZOES, "sol").words


def test_a_text_the_app_did_not_take_says_so(app, visit):
    with app.app_context(), write() as session:
        session.add(
            SandboxMessage(
                sid="SM" + "0" * 32,
                from_phone=True,
                phone=ZOE,
                sender="",
                body="Hi",
                status="received",
                error_code=11200,
            )
        )
    assert "SMS Admin rejected it" in visit(ZOES, "sol").words


@pytest.mark.parametrize("mood", list(PhoneBehaviour))
def test_every_mood_has_its_words(visit, mood):
    page = visit(f"{ZOES}/mood", "ada", mood=mood.value, follow=True)
    assert f'value="{mood.value}" aria-pressed="true"' in page.text
