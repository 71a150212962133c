"""The last look: who gets what, who does not and why, what it costs, when it is done, what
deserves a second look.
"""

from decimal import Decimal

import time_machine

from app.core.db import write
from app.organisation.models import Organisation
from tests.blasts.helpers import (
    AT_NOON,
    COMPOSE_URL,
    LATER,
    compose_fields,
    create_event,
    get_review_fields,
    open_review,
    press_button,
    read_review_texts,
)
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member, add_members, add_opt_out, make_phone
from tests.visit import Visitor


def test_it_says_who_gets_what(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
        add_member(LEO, None)
    page = open_review(visit)
    assert "2 people get this text" in page.words
    assert read_review_texts(page) == [
        ("Hi Zoë, the picnic is at eleven.\nReply STOP to opt out.", 1),
        ("Hi friend, the picnic is at eleven.\nReply STOP to opt out.", 1),
    ]
    assert "Zoë Hernández · 1 segment 1 of 2" in page.words
    shown = press_button(visit, page, person="1")
    assert "+1 303 555 0143 · 1 segment" in shown.words
    assert "2 people 2 segments takes a few seconds" in page.words
    assert "From +1 202 555 0100 When Now (you'll have 10 seconds to undo)" in page.words


def test_one_form_carries_everything(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    with time_machine.travel(AT_NOON, tick=False):
        fields = get_review_fields(open_review(visit, **LATER, client_token="mine"))
    expected = compose_fields(**LATER, client_token="mine", seen_count="1", fold="first")
    del fields["csrf_token"], fields["review_hash"]
    assert fields == expected


def test_everybody_who_is_left_out_is_counted_with_a_reason_and_a_remedy(app, visit):
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia"), (MAX, "Max")):
            add_member(phone, name)
        add_opt_out(LEO)
        add_opt_out(MIA)
        add_dead_number(MAX)
    page = open_review(visit)
    assert "1 person gets this text" in page.words
    assert "3 people skipped" in page.words
    assert "Opted out 2 Only they can undo this, by texting START." in page.words
    assert "Invalid number 1 Ask them for a new number" in page.words
    assert "Leo +1 303 555 0143 Opted out" in page.words


def test_a_text_of_nothing_but_a_missing_name_leaves_that_person_out(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, None)
    page = open_review(visit, message_body="{name}", include_unsubscribe=None)
    assert "The text would be empty 1" in page.words


def test_with_nobody_to_text_there_is_no_button(app, visit):
    page = visit(COMPOSE_URL, "ada", **compose_fields())
    assert page.status_code == 422
    assert "There is no one to send it to: the community is empty." in page.words
    assert 'name="confirm"' not in page.text


def test_with_everybody_left_out_the_reasons_are_there_and_no_button(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_opt_out(ZOE)
    page = visit(COMPOSE_URL, "ada", **compose_fields())
    assert page.status_code == 422
    assert "No one gets this text" in page.words
    assert "Opted out 1" in page.words
    assert 'name="confirm"' not in page.text


def test_an_event_with_nobody_registered_says_so(app, visit):
    picnic = create_event(app, "Spring picnic")
    page = visit(COMPOSE_URL, "ada", **compose_fields(target="event", event_id=str(picnic)))
    assert page.status_code == 422
    assert "no one is registered for this event" in page.words


def test_a_blast_for_an_event_names_it_and_asks_its_people_only(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    picnic = create_event(app, "Spring picnic", LEO, MIA)
    page = open_review(visit, target="event", event_id=str(picnic))
    assert "2 people get this text" in page.words
    assert "Event: Spring picnic" in page.words


def test_parts_and_money_are_the_sum_over_all_people(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")  # ë is outside the plain alphabet: 70 characters a part
        add_member(LEO, "Leo")
        with write() as session:
            session.get(Organisation, 1).price_per_segment = Decimal("0.0117")
    page = open_review(visit, message_body="Hi {name}, " + "a" * 80, include_unsubscribe=None)
    assert "3 segments: 1 segment for 1 person, 2 segments for 1 person" in page.words
    assert "Price per segment $0.0117 Estimated cost $0.04" in page.words


def test_without_a_price_there_are_parts_and_the_way_to_set_it(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    assert 'href="/settings">Set the price of a segment' in open_review(visit).text
    assert "An admin can set the price of a segment" in open_review(visit, "sol").words


def test_it_says_when_it_would_be_finished_at_this_sender_s_pace(make_app):
    app = make_app(send_rate=0.5)
    with app.app_context():
        add_members(30)
    assert "Sending takes about 1 minute" in open_review(Visitor(app)).words


def test_texts_come_25_a_page_and_each_is_on_one(app, visit):
    with app.app_context():
        add_members(42)
    page = open_review(visit, message_body="Hi {name}")
    first = read_review_texts(page)
    assert len(first) == 25
    page = press_button(visit, page, page="2")
    assert "26 to 42 of 42" in page.words
    both = first + read_review_texts(page)
    assert [body.split("\n")[0] for body, _ in both] == [f"Hi Person {n:06}" for n in range(42)]
    assert read_review_texts(press_button(visit, page, page="99")) == read_review_texts(page)


def test_later_is_said_in_words_with_its_zone(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    with time_machine.travel(AT_NOON, tick=False):
        page = open_review(visit, **LATER)
    assert "Fri, May 8, 8:45 PM, America/Denver (in 2 days 14 hours)" in page.words
    assert "Schedule for 1 person" in page.words
    assert "You can cancel until Fri, May 8, 8:45 PM." in page.words


def test_a_time_that_comes_twice_is_the_first_unless_the_other_is_taken(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    twice = LATER | {"schedule_date": "2026-11-01", "schedule_time": "01:30"}
    with time_machine.travel(AT_NOON, tick=False):
        page = open_review(visit, **twice)
        assert "1:30 AM comes twice. It will be sent the first time." in page.words
        page = press_button(visit, page, other_fold="second")
        assert "It will be sent the second time." in page.words
        assert get_review_fields(page)["fold"] == "second"
        page = press_button(visit, page, edit="1")
    assert "so this time comes twice The first time The second time" in page.words


def test_dear_characters_are_named_and_replaced_by_a_button(app, visit):
    with app.app_context():
        add_members(30)
    page = open_review(
        visit,
        message_body="“Picnic” – at eleven. " + "a" * 90,
        include_unsubscribe=None,
    )
    assert "double the cost: 60 segments instead of 30." in page.words
    page = press_button(visit, page, plain="1")
    assert page.status_code == 200
    assert get_review_fields(page)["message_body"].startswith('"Picnic" - at eleven.')
    assert "30 segments, 1 per person" in page.words


def test_emoji_are_named_with_what_they_cost_but_not_taken_away(app, visit):
    with app.app_context():
        add_member(LEO, "Leo")
    page = open_review(visit, message_body="🎉 " + "a" * 90, include_unsubscribe=None)
    assert "🎉 doubles the cost: 2 segments instead of 1." in page.words
    assert 'name="plain"' not in page.text


def test_another_alphabet_is_no_mistake(app, visit):
    with app.app_context():
        add_member(LEO, "Leo")
    page = open_review(visit, message_body="Пикник в субботу " * 8, include_unsubscribe=None)
    assert "the cost:" not in page.words


def test_missing_names_are_counted_and_shown(app, visit):
    with app.app_context():
        add_member(LEO, None)
        add_member(ZOE, "Zoë")
    page = open_review(visit, message_body="Hi {name}, come!")
    assert (
        "1 person has no name. Their text: “Hi, come! Reply STOP to opt out.” Add a fallback"
        in page.words
    )
    page = open_review(visit, message_body="Hi {name|you}, come!")
    assert "1 person has no name. Their text: “Hi you, come!" in page.words
    assert "Add a fallback" not in page.words


def test_a_long_text_and_one_without_a_way_out_are_pointed_out(app, visit):
    with app.app_context():
        add_member(LEO, "Leo")
    page = open_review(visit, message_body="word " * 150, include_unsubscribe=None)
    assert "This text is long: up to 5 segments per person" in page.words
    assert "does not say how to opt out" in page.words
    page = press_button(visit, page, include_unsubscribe="y")
    assert "does not say how to opt out" not in page.words
    assert read_review_texts(page)[0][0].endswith("Reply STOP to opt out.")


def test_what_people_are_called_cannot_break_the_page(app, visit):
    with app.app_context():
        add_member(LEO, "<script>alert(1)</script>\"'{name}")
    page = open_review(visit, message_body='Hi {name} <b>"&amp;</b>')
    assert "<script>alert" not in page.text
    assert read_review_texts(page)[0][0].startswith(
        'Hi <script>alert(1)</script>"\'{name} <b>"&amp;</b>'
    )
    assert get_review_fields(page)["message_body"] == 'Hi {name} <b>"&amp;</b>'


def test_somebody_who_may_not_be_texted_is_never_counted(app, visit):
    with app.app_context():
        add_members(30)
        for n in range(5):
            add_opt_out(make_phone(n))
    page = open_review(visit)
    assert "25 people get this text" in page.words
    assert 'name="people_count"' not in page.text


def test_odd_greetings_are_listed_before_they_leave(app, visit):
    with app.app_context():
        for number, name in enumerate(["The Smith Family", "NULL", "J. R. Smith", "Ada Lovelace"]):
            add_member(f"+1303555020{number}", name)
    page = open_review(visit, message_body="Hi {first_name}, come!")
    assert "1 person has no name. Their text: “Hi, come!" in page.words
    assert "1 name has no first name: The Smith Family. Their text: “Hi, come!" in page.words
    assert "1 greeting looks odd: “J.” for J. R. Smith." in page.words
    page = open_review(visit, message_body="Hi {first_name|friend}, come!")
    assert "Their text: “Hi friend, come!" in page.words
    assert "looks odd" not in open_review(visit, message_body="Come!").words
