"""Reactions of phones stand under the text that they mean (B5)."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.texts.reaction_targets import find_reaction_target
from app.inbox.models import Thread
from tests.sample_people import ZOE

BLAST = "Choir practice moved to 7 pm.\nReply STOP to opt out."


@pytest.fixture
def talk(app, wrote):
    """Zoë's conversation: what was texted to her and what she texted, oldest first."""
    thread_id = wrote(ZOE, "Hello")

    def add(*texts):
        with app.app_context(), write() as session:
            for number, (direction, body) in enumerate(texts):
                is_inbound = direction == "inbound"
                row = Message(
                    direction=direction,
                    kind="inbound" if is_inbound else "reply",
                    status="received" if is_inbound else "delivered",
                    phone=ZOE,
                    body=body,
                    created_at=now() + timedelta(seconds=number),
                )
                session.add(row)
        return f"/inbox/{thread_id}"

    return add


def test_a_reaction_stands_under_the_text_it_means(visit, talk):
    address = talk(
        ("outbound", BLAST),
        ("outbound", "Bring a dish on Sunday"),
        ("inbound", f"Loved “{BLAST}”"),
        ("inbound", "👍 to “Bring a dish…”"),
    )
    page = visit(address, "ada").text
    first, second = page.index("Choir practice moved"), page.index("Bring a dish on Sunday")
    assert first < page.index("<bdi>Loved</bdi>") < second < page.index("<bdi>👍</bdi>")
    assert "Loved “Choir" not in page


def test_a_reaction_to_a_text_that_is_not_there_is_a_line_of_its_own(visit, talk):
    page = visit(talk(("outbound", BLAST), ("inbound", "Liked “Something else”")), "ada").text
    assert "Reaction: <bdi>Liked “Something else”</bdi>" in page


def test_a_machines_text_says_who_wrote_it(visit, talk):
    page = visit(talk(("inbound", "I'm driving with Focus turned on.")), "ada").text
    assert "Automatic message from their phone" in page


def test_the_page_says_when_a_request_is_for_somebody_else(app, visit, talk):
    address = talk(("inbound", "My mom passed away, please remove her"))
    body = "My mom passed away, please remove her"
    with app.app_context(), write() as session:
        session.execute(
            db.text(
                "INSERT INTO stop_questions (phone, body, asked_at, decide_by) "
                "VALUES (:phone, :body, :now, :now)"
            ),
            {"phone": ZOE, "body": body, "now": "2027-01-01 00:00:00.000000"},
        )
    assert "The text seems to be about another person" in visit(address, "ada").text


def test_whoever_wants_back_is_told_to_text_start(app, visit, talk):
    address = talk(("inbound", "Start."))
    with app.app_context(), write() as session:
        session.execute(db.update(Thread).values(needs_reply=True, why="wants_back"))
        session.execute(
            db.text(
                "INSERT INTO unsubscribed_contacts (phone, source, created_at) "
                "VALUES (:phone, 'inbound', '2027-01-01 00:00:00.000000')"
            ),
            {"phone": ZOE},
        )
    assert "Only they can undo this, by texting START." in visit(address, "ada").text


def test_the_newest_text_that_fits_is_meant():
    texts = ["Hi", "Choir at 7. Bring water", "Hi", "Choir at 8"]
    assert find_reaction_target("Hi", texts) == 2
    assert find_reaction_target("Choir at 7…", texts) == 1
    assert find_reaction_target("Hello", texts) is None
    assert find_reaction_target(None, texts) is None
