"""The live part of the compose page, names of blasts, plain letters, and whose phone a test is."""

import pytest

from app.accounts.models import AppUser
from app.community.models import CommunityMember
from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from tests.blasts.helpers import COMPOSE_URL, compose_fields, release_blasts, send_blast
from tests.sample_rows import add_members, make_phone

PREVIEW = "/blasts/preview"
LONG = "Hi {first_name|friend}, " + "x" * 100


@pytest.fixture(autouse=True)
def people(app):
    with app.app_context():
        add_members(49)
        with write() as session:
            session.add_all(
                CommunityMember(name="Zoë Hernández", phone=make_phone(n)) for n in range(60, 63)
            )


def preview(visit, who="ada", **changes):
    return visit(PREVIEW, who, **compose_fields(include_unsubscribe=None, **changes))


def test_the_counter_and_the_preview_count_the_filled_in_texts(visit):
    """F5: both are of the real audience."""
    page = preview(visit, message_body=LONG)
    assert "1 segment for 49 people, 2 for 3 people with letters like ë" in page.words
    assert "Everybody in the community · 52 people" in page.words
    assert "Send plain letters in names: 3 segments less" in page.words
    plain = preview(visit, message_body=LONG, plain_names="y")
    assert "1 segment for 52 people" in plain.words


def test_each_person_reads_their_own(visit):
    first = preview(visit, message_body=LONG, person="0")
    last = preview(visit, message_body=LONG, person="51")
    assert "1 of 52" in first.words
    assert "52 of 52" in last.words
    assert "as Zoë Hernández reads it" in last.words
    assert "1 of 52" in preview(visit, message_body=LONG, person="52").words


def test_an_empty_box_has_no_segments_and_braces_that_mean_nothing_none_either(visit):
    for body in ("", "   ", "Hi {nickname}"):
        page = preview(visit, message_body=body)
        assert "52 people" in page.words
        assert "segment" not in page.words


def test_a_text_that_is_too_long_is_said_so_and_not_filled_in(visit):
    page = preview(visit, message_body="{first_name}" * 134)
    assert "This text has 1,608 characters. A text can have up to 1,600." in page.words
    assert "segment" not in page.words


def test_without_javascript_the_page_itself_has_them(visit):
    page = visit(COMPOSE_URL, "ada", **compose_fields(message_body=LONG, edit="1"))
    assert "2 for 3 people" in page.words
    assert "To: Everybody in the community · 52 people" in page.words


def test_plain_letters_are_sent_as_they_were_shown(app, visit):
    send_blast(visit, message_body=LONG, plain_names="y", name="Picnic, last call")
    release_blasts(app)
    with app.app_context():
        assert db.session.query(Message).filter(Message.body.contains("Zoe,")).count() == 3
        log = db.session.query(MessageLog).one()
        assert (log.name, log.plain_names) == ("Picnic, last call", True)
    assert "Picnic, last call" in visit("/blasts/logs/1", "ada").words


def test_sols_test_goes_to_sols_phone_and_names_no_member(app, visit):
    """F2: never the admin's phone, and no member's name on the tester's number."""
    with app.app_context(), write():
        db.session.query(AppUser).filter_by(username="sol").update({"phone": "+13035550188"})
    for who in ("sol", "ada"):
        visit(COMPOSE_URL, who, **compose_fields(send_mode="test", message_body=LONG))
    release_blasts(app)
    with app.app_context():
        texts = db.session.query(Message).order_by(Message.id).all()
        assert texts[0].phone == "+13035550188"
        assert texts[1].phone.startswith("+120255501")
        assert [text.name for text in texts] == [None, None]
        log = db.session.query(MessageLog).first()
        assert log.tested_as == "Person 000000"
    page = visit("/blasts/logs/1", "sol")
    assert "Your phone, as Person would read it" in page.words
    assert 'href="/sandbox/13035550188">Practice phone' in page.text
    assert f'href="{visit.find_person_page("+13035550188")}">Phone for tests' in page.text
    for address in ("/blasts/logs/1", "/blasts/logs", "/blasts/scheduled/1"):
        page = visit(address, "sol")
        assert "Everybody in the community" not in page.words, address


class TestWithoutAPhone:
    @pytest.fixture
    def app(self, make_app):
        return make_app(
            twilio_account_sid="AC" + "1" * 32,
            twilio_auth_token="2" * 32,
            twilio_from_number="+13035550100",
        )

    def test_the_page_asks_for_it_once_and_keeps_everything_typed(self, app, visit):
        fields = compose_fields(send_mode="test", message_body=LONG)
        page = visit(COMPOSE_URL, "sol", **fields)
        assert page.status_code == 422
        assert "Add your own phone first" in page.words
        assert LONG in page.text
        page = visit(COMPOSE_URL, "sol", **(fields | {"test_phone": "303 555 0188"}))
        assert "We texted a code to this number" in page.words
        with app.app_context():
            code = db.session.query(Message).one().body[:6]
        wrong = visit(COMPOSE_URL, "sol", **(fields | {"test_code": "000"}))
        assert "That code is wrong or has expired" in wrong.words
        assert visit(COMPOSE_URL, "sol", **(fields | {"test_code": code})).status_code == 303
        with app.app_context():
            sol = db.session.query(AppUser).filter_by(username="sol").one()
            assert (sol.phone, sol.pending_phone) == ("+13035550188", None)

    def test_five_codes_are_sent_and_five_are_tried(self, app, visit):
        for _ in range(5):
            visit("/account/phone", "sol", phone="303 555 0188")
        with app.app_context():
            code = db.session.query(Message).order_by(Message.id.desc()).first().body[:6]
        visit("/account/phone", "sol", phone="303 555 0188")
        with app.app_context():
            assert db.session.query(Message).count() == 5
        for _ in range(5):
            visit("/account/phone", "sol", code="0")
        visit("/account/phone", "sol", code=code)
        with app.app_context():
            assert db.session.query(AppUser).filter_by(username="sol").one().phone is None
