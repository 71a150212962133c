"""Writing a blast: what is asked, what is said beside each field, and that nothing typed is
lost.
"""

import html

import pytest
import time_machine

from app.community.models import CommunityMember
from app.core.db import write
from app.domain.delivery.blast_rendering import BlastRecipient
from app.organisation.models import Organisation
from tests.blasts.helpers import (
    AT_NOON,
    COMPOSE_URL,
    LATER,
    compose_fields,
    create_event,
    get_form_fields,
    list_scheduled_blasts,
    open_review,
    press_button,
    send_blast,
)
from tests.one_language import render_blast_texts
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member


@pytest.fixture(autouse=True)
def zoe(app):
    with app.app_context():
        add_member(ZOE, "Zoë")


def test_a_fresh_page_asks_for_a_text_and_says_how_to_stop(visit):
    page = visit(COMPOSE_URL, "sol")
    assert "New blast" in page.headings
    assert 'name="include_unsubscribe"' in page.text
    assert 'data-footer="Reply STOP to opt out."' in page.text
    assert 'data-insert="{first_name|friend}"' in page.text


def test_every_fresh_page_has_a_token_of_its_own(visit):
    tokens = {
        get_form_fields(visit(COMPOSE_URL, "ada"), "compose")["client_token"] for _ in range(3)
    }
    assert len(tokens) == 3
    assert min(len(token) for token in tokens) > 20


def test_events_are_offered_only_when_there_are_any(app, visit):
    assert 'name="event_id"' not in visit(COMPOSE_URL, "ada").text
    create_event(app, "Spring picnic", LEO)
    page = visit(COMPOSE_URL, "ada")
    assert "Spring picnic" in page.words
    assert 'name="event_id"' in page.text


def test_a_stranger_is_led_to_the_login_page(visit):
    assert "/login" in visit(COMPOSE_URL).location


MISTAKES = [
    ({"message_body": ""}, "Write a text first."),
    ({"message_body": " \u200b \n"}, "Write a text first."),
    ({"message_body": "Hi {nickname}"}, "{nickname} is not a placeholder."),
    ({"message_body": "Hi {first_name"}, "A brace { or } is unmatched."),
    ({"message_body": "Hi {{first_name}}"}, "one brace on each side"),
    ({"message_body": "Hi {0.__class__}"}, "{0.__class__} is not a placeholder."),
    (
        {"message_body": "a" * 1601},
        "This text has 1,601 characters. A text can have up to 1,600.",
    ),
    ({"target": "everybody"}, "Choose who gets it."),
    ({"target": None}, "Choose who gets it."),
    ({"target": "event"}, "Choose an event."),
    ({"target": "event", "event_id": "one"}, "Choose an event."),
    ({"target": "event", "event_id": "4"}, "That event was deleted."),
    ({"target": "event", "event_id": "9" * 30}, "Choose an event."),
    ({"send_mode": "soon"}, "Choose when."),
    (LATER | {"schedule_date": ""}, "Choose a day."),
    (LATER | {"schedule_time": ""}, "Choose a time."),
    (LATER | {"schedule_date": "2026-02-30"}, "Enter a date, such as Dec 21, 2026"),
    (LATER | {"schedule_date": "2026-W23-1"}, "Enter a date, such as Dec 21, 2026"),
    (LATER | {"schedule_date": "9999-01-01"}, "more than 5 years away"),
    (LATER | {"schedule_date": "0001-01-01"}, "That day has passed."),
    (LATER | {"schedule_time": "24:00"}, "Enter a time, such as"),
    (
        LATER | {"schedule_date": "2026-05-06", "schedule_time": "05:59"},
        "That time has passed: it is 6:00 AM there now.",
    ),
    (
        LATER | {"schedule_date": "2027-03-14", "schedule_time": "02:30"},
        "Did you mean 3:30 AM?",
    ),
    (LATER | {"timezone": "Mars/Phobos"}, "Choose a time zone from the list."),
    (LATER | {"timezone": "../../etc/passwd"}, "Choose a time zone from the list."),
    (LATER | {"timezone": "A" * 5000}, "Choose a time zone from the list."),
    (LATER | {"timezone": "UTC\0"}, "Choose a time zone from the list."),
]


@time_machine.travel(AT_NOON, tick=False)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_stored(app, visit):
    """Even with the last yes; the first ones without it too."""
    forms = [(changes | {"confirm": "1"}, sentence) for changes, sentence in MISTAKES]
    for changes, sentence in [*MISTAKES[:3], *forms]:
        page = visit(COMPOSE_URL, "sol", **compose_fields(**changes))
        assert page.status_code == 422, changes
        assert page.words.count(sentence) == 2, f"in the summary and beside the field: {sentence}"
    assert list_scheduled_blasts(app) == []


def test_everything_typed_is_still_there_after_a_mistake(app, visit):
    picnic = create_event(app, "Spring picnic", LEO)
    typed = LATER | {
        "message_body": "Tell <b>{nickname}</b>\n& all",
        "target": "event",
        "event_id": str(picnic),
    }
    with time_machine.travel(AT_NOON, tick=False):
        page = visit(
            COMPOSE_URL,
            "ada",
            **compose_fields(**typed, include_unsubscribe=None, client_token="mine", fold="second"),
        )
    assert page.status_code == 422
    _holds_what_was_typed(page, picnic)


def test_everything_typed_comes_back_from_the_review_page(app, visit):
    picnic = create_event(app, "Spring picnic", LEO)
    typed = LATER | {
        "message_body": "Tell <b>{name|all}</b>\n& all",
        "target": "event",
        "event_id": str(picnic),
    }
    with time_machine.travel(AT_NOON, tick=False):
        check = open_review(visit, **typed, include_unsubscribe=None, client_token="mine")
        page = press_button(visit, check, edit="1")
    assert page.status_code == 200
    _holds_what_was_typed(page, picnic)


def _holds_what_was_typed(page, picnic):
    text = html.unescape(page.text)
    assert "Tell <b>{na" in text.replace("{nickname}", "{name|all}")
    assert "</b>\n& all</textarea>" in text
    fields = get_form_fields(page, "compose")
    assert fields["target"] == "event"
    assert fields["send_mode"] == "later"
    assert (fields["schedule_date"], fields["schedule_time"]) == ("2026-05-08", "20:45")
    assert fields["client_token"] == "mine"
    assert "include_unsubscribe" not in fields
    assert f'<option selected value="{picnic}">' in page.text
    assert 'value="America/Denver"' in page.text


def test_a_wrong_zone_is_kept_to_be_looked_at(visit):
    page = visit(COMPOSE_URL, "ada", **compose_fields(**LATER | {"timezone": "Mars/Phobos"}))
    assert 'value="Mars/Phobos"' in page.text


def test_1600_characters_are_not_too_many(visit):
    assert (
        "1 person gets this text"
        in open_review(visit, message_body="a" * 1600, include_unsubscribe=None).words
    )


def test_line_ends_of_browsers_count_as_one_character(app, visit):
    send_blast(visit, message_body="a\r\n" * 799 + "ab", include_unsubscribe=None)
    assert list_scheduled_blasts(app)[0].message_body == "a\n" * 799 + "ab"


def test_names_that_make_a_text_too_long_are_named_with_their_lengths_and_left_out(app, visit):
    """B21: three of 500 have a long name.

    The check names them before anything is sent; the others get it.
    """
    with app.app_context(), write() as session:
        session.add_all(
            CommunityMember(name=f"P{n}", phone=f"+1303{2_000_000 + n}") for n in range(496)
        )
    with app.app_context():
        for phone in (LEO, MIA, MAX):
            add_member(phone, "Wolfeschlegelsteinhausenbergerdorff")
    page = visit(
        COMPOSE_URL,
        "ada",
        **compose_fields(message_body="a" * 1570 + "{name|you}", include_unsubscribe=None),
    )
    assert page.status_code == 200
    assert (
        "too long for Wolfeschlegelsteinhausenbergerdorff (1,605 characters), Wolfe" in page.words
    )
    assert "They are skipped. Shorten the text to reach everyone." in page.words
    assert "3 people skipped" in page.words
    assert page.words.count("Wolfeschlegelsteinhausenbergerdorff +1 303") == 3
    assert "Zoë (" not in page.words
    assert "497 people get this text" in page.words
    typed = get_form_fields(page, "review") | {"confirm": "1", "people_count": "497"}
    assert visit(COMPOSE_URL, "ada", **typed).status_code == 303


def test_the_line_about_stopping_counts_towards_the_length(visit):
    """B21: a text that is too long for everybody is refused, since there is nobody left to send
    it to.
    """
    page = visit(COMPOSE_URL, "ada", **compose_fields(message_body="a" * 1590))
    assert page.status_code == 422
    assert "too long for Zoë (1,613 characters)" in page.words


def test_the_preview_shows_the_text_as_somebody_reads_it(visit):
    page = visit(COMPOSE_URL, "ada", **compose_fields(edit="1"))
    assert "Hi Zoë, the picnic is at eleven. Reply STOP to opt out." in page.words
    assert "as Zoë reads it · 1 segment" in page.words


def test_an_organisation_without_the_line_is_not_offered_it(app, visit):
    with app.app_context(), write() as session:
        session.get(Organisation, 1).footer = " "
    assert 'name="include_unsubscribe"' not in visit(COMPOSE_URL, "ada").text
    send_blast(visit)
    assert list_scheduled_blasts(app)[0].footer is None


def test_a_first_text_is_written_for_newcomers(visit):
    assert "this is our first text" in visit(f"{COMPOSE_URL}?first=1", "ada").words


def test_an_earlier_blast_fills_the_form(app, visit):
    picnic = create_event(app, "Spring picnic", LEO)
    first = send_blast(
        visit,
        message_body="As before",
        target="event",
        event_id=str(picnic),
        include_unsubscribe=None,
    )
    page = visit(f"{COMPOSE_URL}?again={first}", "sol")
    assert "As before</textarea>" in page.text
    fields = get_form_fields(page, "compose")
    assert (fields["target"], fields["send_mode"]) == ("event", "now")
    assert "include_unsubscribe" not in fields
    assert f'<option selected value="{picnic}">' in page.text


def test_an_earlier_blast_that_is_not_there_is_not_found(visit):
    for which in ("99", "one", "9" * 40):
        assert visit(f"{COMPOSE_URL}?again={which}", "ada").status_code == 404


def test_numbers_abroad_are_counted_by_country_with_what_they_may_cost(app, visit):
    """P9: Puerto Rico and Jamaica begin with +1 and are not the US; one price per part does not
    hold for them.
    """
    with app.app_context():
        for phone in ("+17875551234", "+18765551234", "+18765551235"):
            add_member(phone)
    words = open_review(visit).words
    assert (
        "3 numbers are abroad (2 in Jamaica, 1 in Puerto Rico). "
        "A text to them may cost more than the price per segment."
    ) in words


BODIES = {
    "spaces": ("   ", None),
    "blank lines": ("\r\n\r\n", None),
    "only invisible signs": ("\u200b\u2060", None),
    "only emoji": ("🎉🎉", ("🎉🎉", "UCS-2", 1)),
    "a NUL": ("a\0b", ("ab", "GSM-7", 1)),
    "line ends of browsers": ("a\r\nb", ("a\nb", "GSM-7", 1)),
    "line ends of others": ("a\nb", ("a\nb", "GSM-7", 1)),
    "1,600 plain characters": ("a" * 1600, ("a" * 1600, "GSM-7", 11)),
    "1,600 of them with line ends of browsers": (
        "a\r\n" * 800,
        ("a\n" * 799 + "a", "GSM-7", 11),
    ),
    "1,601 plain characters": ("a" * 1601, None),
    "1,600 other letters": ("ж" * 1600, ("ж" * 1600, "UCS-2", 24)),
    "1,601 other letters": ("ж" * 1601, None),
    "160 plain characters": ("a" * 160, ("a" * 160, "GSM-7", 1)),
    "161 plain characters": ("a" * 161, ("a" * 161, "GSM-7", 2)),
    "70 other letters": ("ж" * 70, ("ж" * 70, "UCS-2", 1)),
    "71 other letters": ("ж" * 71, ("ж" * 71, "UCS-2", 2)),
}


def test_what_is_left_of_a_text_and_how_it_is_billed(app, visit):
    """B22: too long and blank are mistakes; NUL goes, CRLF is LF; parts are those of
    tests/data/parts.json.
    """
    for what, (typed, expected) in BODIES.items():
        fields = compose_fields(message_body=typed, include_unsubscribe=None)
        page = visit(COMPOSE_URL, "ada", **fields)
        if expected is None:
            assert page.status_code == 422, what
            continue
        assert press_button(visit, page, confirm="1").status_code == 303, what
        stored = list_scheduled_blasts(app)[-1].message_body
        text = render_blast_texts([BlastRecipient("Zoë", ZOE, None)], stored, None).texts[0]
        assert (text.body, text.encoding, text.segments) == expected, what
        assert f"{expected[2]} segment" in page.words, what
