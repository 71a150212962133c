"""One conversation: every text with its source and its state, pages by key, whom it is with,
live parts.
"""

import json
import re
from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.inbox.queries.conversation_texts import TEXTS_PER_PAGE
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_dead_number, add_member, add_opt_out


@pytest.fixture
def zoe(wrote):
    """Zoë's thread, after one text."""
    return wrote(ZOE, "Hello there")


def add(app, **values):
    """A row of messages."""
    fields = {
        "phone": ZOE,
        "body": "Text",
        "kind": "reply",
        "status": "delivered",
        "created_at": now(),
    } | values
    with app.app_context(), write() as session:
        session.add(row := Message(**fields))
    return row.id


def run(app, statement, **values):
    with app.app_context(), write() as session:
        session.execute(db.text(statement), values)


def bubbles(page):
    """The texts of a page in order, by id."""
    return [int(each) for each in re.findall(r'id="m(\d+)"', page.text)]


def test_blasts_stand_in_the_conversation_and_every_text_names_its_source(app, visit, zoe):
    run(
        app,
        "INSERT INTO message_logs (id, message_body, target, status) "
        "VALUES (7, 'Picnic on {first_name|friend}', 'community', 'sent')",
    )
    run(
        app,
        "INSERT INTO survey_flows (id, name, trigger_keyword, questions_json) "
        "VALUES (1, 'RSVP', 'RSVP', '[]')",
    )
    run(
        app,
        "INSERT INTO survey_sessions (survey_id, phone, questions_json, started_at) "
        "VALUES (1, :p, '[1,2,3]', :at)",
        p=ZOE,
        at="2026-01-01 00:00:00.000000",
    )
    run(app, "INSERT INTO keyword_rules (keyword) VALUES ('PARKING')")
    asked = add(
        app,
        kind="inbound",
        direction="inbound",
        status="received",
        body="parking please",
    )
    add(app, kind="blast", message_log_id=7, body="Picnic on Zoë")
    add(app, written_by="sol", body="From Sol")
    add(app, kind="survey", body="How many?")
    add(app, kind="keyword", body="By the gate", in_reply_to=asked)
    add(app, kind="system", body="You are out")
    page = visit(f"/inbox/{zoe}", "sol")
    assert "Picnic on Zoë Blast · Delivered" in page.words
    assert 'href="/blasts/logs/7"' in page.text
    for said in (
        "From Sol Sol · Delivered",
        "How many? Survey “RSVP” · Delivered",
        "You are out Confirmation ·",
    ):
        assert said in page.words
    assert "By the gate Keyword PARKING · Delivered" in page.words
    assert "Survey “ RSVP ”, question 1 of 3" in page.words


def test_a_text_that_went_wrong_says_why(app, visit, zoe):
    add(app, status="undelivered", error_code=30006, provider_sid="SM1")
    page = visit(f"/inbox/{zoe}", "sol")
    assert "Not delivered" in page.words
    assert "30006" in page.words


def test_stop_and_start_are_lines_of_their_own(visit, wrote):
    wrote(ZOE, "Stop.", needs_reply=False)
    thread_id = wrote(ZOE, "START", needs_reply=False)
    page = visit(f"/inbox/{thread_id}", "ada")
    assert "Opted out with “ Stop. ”" in page.words
    assert "Opted back in with “ START ”" in page.words


def test_bodies_are_escaped_keep_their_lines_and_choose_their_direction(visit, wrote):
    thread_id = wrote(ZOE, "<script>alert(1)</script>\nשלום\n" + "x" * 1560)
    page = visit(f"/inbox/{thread_id}", "ada")
    assert (
        '<div class="bub in" dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;\nשלום\n' in page.text
    )


def test_pictures_are_links_that_nobody_fetches(visit, wrote):
    listed = [
        {"url": "https://api.twilio.com/a?b=1&c=2", "type": "image/jpeg"},
        {"url": "javascript:x", "type": "x"},
    ]
    thread_id = wrote(ZOE, "", media=json.dumps([*listed, "odd"]))
    page = visit(f"/inbox/{thread_id}", "ada")
    assert (
        '<a class="btn sm" href="https://api.twilio.com/a?b=1&amp;c=2" '
        'target="_blank" rel="noreferrer' in page.text
    )
    assert "javascript:x" not in page.text
    assert "<img" not in page.text


def test_pictures_noted_in_another_way_spoil_nothing(visit, wrote):
    for media in ["not json", "{}", "[1]", "null", '[{"url": null}]']:
        assert visit(f"/inbox/{wrote(ZOE, 'Look', media=media)}", "ada").status_code == 200, media


def test_earlier_texts_are_a_page_away_and_none_comes_twice(app, visit, wrote):
    start = now() - timedelta(days=9)
    for n in range(2 * TEXTS_PER_PAGE + 3):
        thread_id = wrote(ZOE, f"Text {n}", at=start + timedelta(hours=n))
    wrote(LEO, "Not hers")
    seen, address = [], f"/inbox/{thread_id}"
    while address:
        page = visit(address, "ada")
        seen = bubbles(page) + seen
        earlier = re.search(r'href="([^"]+before=\d+)">Earlier texts', page.text)
        address = earlier and earlier[1]
    assert len(seen) == 2 * TEXTS_PER_PAGE + 3
    assert seen == sorted(set(seen))
    assert "Newest texts" in page.words
    assert (
        'hx-get="/inbox/' + str(thread_id) not in page.text
    )  # an old page does not change by itself


def test_days_stand_between_the_texts(visit, wrote):
    wrote(ZOE, "Old", at=now() - timedelta(days=1))
    page = visit(f"/inbox/{wrote(ZOE, 'New')}", "ada")
    assert re.search(r"Yesterday .*Old.* Today .*New", page.words)


def test_the_person_beside_it(app, visit, zoe):
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
    run(app, "INSERT INTO events (id, title) VALUES (1, 'Picnic & more')")
    run(
        app,
        "INSERT INTO event_registrations (event_id, name, phone) VALUES (1, 'Z. H.', :p)",
        p=ZOE,
    )
    note = visit(
        f"/people/{ZOE[1:]}/notes",
        "sol",
        body="Likes tea",
        next=f"/inbox/{zoe}?state=all",
    )
    assert note.location == f"/inbox/{zoe}?state=all"
    page = visit(f"/inbox/{zoe}", "sol")
    assert page.headings == ["Zoë Hernández"]
    for words in (
        "Also known as Z. H.",
        "Picnic & more",
        "Likes tea",
        "in Denver",
        "United States",
        "Gets texts",
    ):
        assert words in page.words
    for who in ("sol", "ada"):
        assert "Add to the do-not-text list" in visit(f"/inbox/{zoe}", who).words


def test_a_way_back_never_leads_away(visit, zoe):
    answer = visit(f"/people/{ZOE[1:]}/notes", "sol", body="Hm", next="//elsewhere.example/")
    assert answer.location == visit.find_person_page(ZOE)


def test_an_unknown_number_is_asked_who_it_is(visit, zoe):
    page = visit(f"/inbox/{zoe}", "ada")
    assert "Not in your contacts." in page.words
    assert 'value="+13035550142"' in visit("/community/add?phone=%2B13035550142", "ada").text
    assert "An admin can add them to the community." in visit(f"/inbox/{zoe}", "sol").words


@pytest.mark.parametrize(
    ("happens", "words"),
    [(add_opt_out, "Opted out"), (add_dead_number, "Invalid number")],
    ids=["stop", "dead"],
)
def test_whoever_must_not_be_texted_has_the_reason_in_place_of_the_box(
    app, visit, zoe, happens, words
):
    with app.app_context():
        happens(ZOE)
    page = visit(f"/inbox/{zoe}", "sol")
    assert f"You can't reply. {words}." in page.words
    assert "Send reply" not in page.words


def test_a_short_code_cannot_be_answered(visit, wrote):
    page = visit(f"/inbox/{wrote('32665', 'Your code')}", "ada")
    assert page.headings == ["32665"]
    assert "You can't reply. This number can't receive texts." in page.words


def test_the_live_part_brings_what_is_new_and_never_the_box(app, visit, zoe, wrote):
    page = visit(f"/inbox/{zoe}", "ada")
    address = re.search(rf'hx-get="(/inbox/{zoe}/live[^"]+)"', page.text)[1].replace("&amp;", "&")
    assert visit(address, "ada").status_code == 204
    wrote(ZOE, "And another thing")
    answer = visit(address, "ada")
    assert "And another thing" in answer.text
    assert "<textarea" not in answer.text
    with app.app_context():
        add_opt_out(ZOE)
    assert "Whether you can reply has changed." in visit(address, "ada").text
    assert visit(address).status_code == 401


def test_looking_changes_nothing_and_a_thread_that_is_not_there_is_404(visit, zoe, thread):
    visit(f"/inbox/{zoe}", "ada")
    assert thread(zoe).unread == 1
    assert visit("/inbox/999", "ada").status_code == 404


def test_a_practice_phones_picture_is_said_to_be_none_and_leads_nowhere(app, visit):
    visit("/sandbox/13035550142/picture", "ada", body="Look!")
    page = visit("/inbox/1", "ada")
    assert "Picture from a practice phone. Nothing to open." in page.words
    assert "api.twilio.com" not in page.text
