"""What a text says of its event: on the check, in the preview and at release, from the event as
it is then.
"""

from datetime import date

import pytest
import time_machine

from app.core.db import write
from app.events.models import Event
from app.events.queries.events import build_event_placeholders
from app.organisation.models import Organisation
from tests.blasts.helpers import (
    AT_NOON,
    COMPOSE_URL,
    compose_fields,
    create_event,
    get_one_line_html,
    list_messages,
    open_review,
    read_review_texts,
    release_blasts,
    send_blast,
)
from tests.sample_people import LEO, MIA

BODY = "{event_title}: {event_date}, {event_time}, {event_place|the usual place}"
FOR_IT = {"target": "event", "message_body": BODY, "include_unsubscribe": None}


@pytest.fixture
def picnic(app):
    """An event with Leo registered; its id."""
    event_id = create_event(app, "Spring picnic", LEO)
    change(app, event_id, date=date(2026, 5, 8), start_time="18:30", place="Town hall")
    return event_id


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(AT_NOON):
        yield


def change(app, event_id, **values):
    with app.app_context(), write() as session:
        row = session.get(Event, event_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_the_check_and_the_preview_fill_it_in(visit, picnic):
    filled = "Spring picnic: Fri, May 8, 6:30 PM, Town hall"
    assert read_review_texts(open_review(visit, event_id=str(picnic), **FOR_IT)) == [(filled, 1)]
    assert (
        filled
        in visit(
            COMPOSE_URL, "sol", **compose_fields(event_id=str(picnic), edit="1", **FOR_IT)
        ).words
    )


def test_it_leaves_with_what_the_event_is_by_then(app, visit, picnic):
    send_blast(visit, event_id=str(picnic), **FOR_IT)
    change(
        app,
        picnic,
        title="Autumn picnic",
        date=date(2027, 9, 3),
        start_time="09:00",
        place=None,
    )
    release_blasts(app)
    assert [row.body for row in list_messages(app)] == [
        "Autumn picnic: Fri, Sep 3, 2027, 9:00 AM, the usual place"
    ]


def test_what_the_event_does_not_say_leaves_its_fallback_or_nothing(app, visit, picnic):
    change(app, picnic, date=None, start_time=None, place=None)
    body = (
        "{event_title} {event_date} at {event_time|a time we will tell you} "
        "in {event_place|our hall}"
    )
    page = open_review(visit, event_id=str(picnic), **(FOR_IT | {"message_body": body}))
    assert read_review_texts(page) == [("Spring picnic at a time we will tell you in our hall", 1)]


def test_a_title_is_never_read_as_a_template(app, visit, picnic):
    """B19: what somebody typed as a title, place or name is filled in once, as it is."""
    change(app, picnic, title="{first_name} {0.__class__}", place="{{7*7}} %(x)s ${x}")
    page = open_review(
        visit,
        event_id=str(picnic),
        **(FOR_IT | {"message_body": "{event_title} {event_place}"}),
    )
    assert read_review_texts(page) == [("{first_name} {0.__class__} {{7*7}} %(x)s ${x}", 1)]


@pytest.mark.parametrize(
    "spelt", ["{event_title}", "{ Event Title }", "{EVENT_TITLE}", "{event title|it}"]
)
def test_it_may_be_spelt_as_people_spell_it(visit, picnic, spelt):
    """B19: the aliases hold for the event's placeholders too."""
    page = open_review(
        visit, event_id=str(picnic), **(FOR_IT | {"message_body": f"Come to {spelt}!"})
    )
    assert read_review_texts(page) == [("Come to Spring picnic!", 1)]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (
            "{event_titel}",
            "{event_titel} is not a placeholder. Did you mean {event_title}?",
        ),
        (
            "{venue}",
            "Use {first_name}, {name}, {full_name}, {org_name}, {event_title}, {event_date}, "
            "{event_time}",
        ),
        ("{event_title.__class__}", "{event_title.__class__} is not a placeholder."),
    ],
)
def test_an_unknown_one_is_named(visit, picnic, token, said):
    """B19: unknown: a form error naming the token."""
    page = visit(
        COMPOSE_URL,
        "ada",
        **compose_fields(event_id=str(picnic), **(FOR_IT | {"message_body": f"Come to {token}"})),
    )
    assert page.status_code == 422
    assert said in page.words


def test_for_the_community_there_is_no_event_to_fill_in(visit, picnic):
    page = visit(COMPOSE_URL, "ada", **compose_fields(message_body="Come to {event_title|it}"))
    assert page.status_code == 422
    assert (
        "{event_title} can only be filled in for people of an event. Choose an event, or remove it."
        in page.words
    )


def test_the_chips_of_the_event_are_offered_with_it(visit, picnic):
    page = get_one_line_html(visit(COMPOSE_URL, "ada"))
    for token in ("title", "date", "time", "place"):
        assert f'data-insert="{{event_{token}}}"' in page
    assert 'data-shown-when="target=event"> <span class="lab"' in page


def test_without_events_there_are_no_chips_for_them(visit):
    assert "{event_title}" not in visit(COMPOSE_URL, "ada").text


def test_lists_name_such_a_blast_in_words(app, visit, picnic):
    send_blast(visit, event_id=str(picnic), **FOR_IT)
    with app.app_context():
        values = build_event_placeholders(picnic)
    named = f"Spring picnic: {values['event_date']}, {values['event_time']}"
    assert named in visit("/blasts/scheduled", "ada").words
    assert named in visit("/", "ada").words
    release_blasts(app)
    log_id = list_messages(app)[0].message_log_id
    for address in ("/", "/blasts/logs?state=sending", f"/blasts/logs/{log_id}"):
        page = visit(address, "ada")
        assert named in page.words, address
        assert "the event:" not in page.text


def test_the_day_is_that_of_the_organisation(app, visit, picnic):
    """The year is left out of a day in the year that it is there."""
    with app.app_context(), write() as session:
        session.get(Organisation, 1).timezone = "Pacific/Kiritimati"
    change(app, picnic, date=date(2027, 1, 1))
    with time_machine.travel("2026-12-31 11:00:00+00:00"):
        page = open_review(
            visit,
            event_id=str(picnic),
            **(FOR_IT | {"message_body": "On {event_date}"}),
        )
    assert read_review_texts(page) == [("On Fri, Jan 1", 1)]


def test_a_longer_audience_costs_no_more_to_fill_in(app, visit, picnic):
    """A text without names is filled in once, whatever it says of the event."""
    change(app, picnic, title="Picnic")
    page = open_review(
        visit,
        event_id=str(create_event(app, "Other", LEO, MIA)),
        **(FOR_IT | {"message_body": "{event_title}"}),
    )
    assert read_review_texts(page) == [("Other", 1), ("Other", 1)]
