"""One event: added, changed, looked at; what is typed wrongly is said beside the field."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from app.core.clock import now
from app.events.views.event_date_labels import format_relative_days
from tests.sample_people import LEO, ZOE

NAMES = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "O'Brien",
    '"; DROP TABLE',
    "%s",
    "Null",
    "🏳️\u200d🌈 مرحبا",
]
DAY_WORDS = "Enter a date, such as Dec 21, 2026."
BAD = [
    ({"title": ""}, "Enter a title."),
    ({"title": " \u200b "}, "Enter a title."),
    ({"title": "x" * 201}, "A title can have up to 200 characters. This one has 201."),
    ({"place": "x" * 201}, "A place can have up to 200 characters. This one has 201."),
    ({"date": "0000-00-00"}, DAY_WORDS),
    ({"date": "2027-02-29"}, DAY_WORDS),
    ({"date": "10000-01-01"}, DAY_WORDS),
    ({"date": "٢٠٢٧-٠٥-٠٨"}, DAY_WORDS),
    ({"date": "5/8"}, DAY_WORDS),
    ({"date": "9999-12-31"}, "Choose a day between 1970 and 2199."),
    ({"date": "0001-01-01"}, "Choose a day between 1970 and 2199."),
    (
        {"date": "2027-05-08", "start_time": "24:00"},
        "Enter a time, such as 6:30 PM.",
    ),
    (
        {"date": "2027-05-08", "start_time": "25pm"},
        "Enter a time, such as 6:30 PM.",
    ),
    ({"start_time": "18:30"}, "A time needs a day."),
]


def test_both_roles_add_an_event_and_read_when_and_where_it_is(
    visit, read_event, read_last_audit_event
):
    typed = {
        "title": "  Spring \n picnic ",
        "date": "2031-05-08",
        "start_time": "18:30",
        "place": "City Park",
    }
    for number, who in enumerate(("ada", "sol"), 1):
        page = visit("/events/add", who, **typed)
        assert (page.status_code, page.location) == (303, f"/events/{number}")
        row = read_event(number)
        assert (row.title, row.date, row.start_time) == (
            "Spring picnic",
            dt.date(2031, 5, 8),
            "18:30",
        )
        assert row.place == "City Park"
        assert read_last_audit_event() == ("event.added", who, f"event {number}", {})
    page = visit("/events/1", "sol")
    assert page.headings == ["Spring picnic"]
    assert "Thu, May 8, 2031, 6:30 PM, America/Denver (in" in page.words
    assert "City Park" in page.words


def test_a_title_alone_is_an_event(visit, read_event):
    assert visit("/events/add", "sol", title="x" * 200).status_code == 303
    row = read_event(1)
    assert (len(row.title), row.date, row.start_time, row.place) == (
        200,
        None,
        None,
        None,
    )
    assert "No date yet" in visit("/events/1", "sol").words


def test_b29_what_is_no_event_is_said_beside_the_field_and_everything_typed_stays(
    visit, read_event
):
    """B29: a title of 201 letters, the day 0000-00-00, the year 10000."""
    for typed, words in BAD:
        page = visit(
            "/events/add",
            "sol",
            **({"title": "Flu clinic", "place": "River Street"} | typed),
        )
        assert page.status_code == 422, typed
        assert page.words.count(words) == 2, typed  # above, and beside the field
        for value in typed.values():
            assert not value.strip(" \u200b") or f'value="{value}"' in page.text, typed
        assert read_event(1) is None, typed


def test_b17_titles_places_and_names_are_stored_as_they_are_and_shown_escaped(
    visit, read_event, read_registrations
):
    """B17: on the list, on the page, in the form, in the window's title."""
    for number, name in enumerate(NAMES, 1):
        visit("/events/add", "ada", title=name, place=name)
        visit(f"/events/{number}/register", "ada", name=name, phone=ZOE)
        assert (read_event(number).title, read_event(number).place) == (name, name)
        assert read_registrations(number) == {ZOE: name}
        shown = (
            f"/events/{number}",
            f"/events/{number}/edit",
            f"/events/{number}/register",
        )
        for address in shown:
            assert is_shown_escaped(visit, address, name), address
        visit.post(f"/events/{number}/unregister/{number}", "ada")
        assert name in visit(f"/events/{number}", "ada").words
    for address in ("/events", "/blasts/new?target=event&event_id=1"):
        assert all(is_shown_escaped(visit, address, name) for name in NAMES), address


def is_shown_escaped(visit, address, name):
    page = visit(address, "ada")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    return name in page.words


def test_turning_marks_are_taken_out_of_a_title(visit, read_event):
    visit("/events/add", "ada", title="gnp\u202eexe.\x07")
    assert read_event(1).title == "gnpexe."


def test_both_roles_change_an_event_and_the_audit_says_what(
    visit, make_event, read_event, read_last_audit_event
):
    id = make_event("Picnic", ZOE, date=dt.date(2031, 5, 8), start_time="18:30")
    assert 'value="2031-05-08"' in visit(f"/events/{id}/edit", "sol").text
    page = visit(
        f"/events/{id}/edit",
        "sol",
        title="Picnic",
        date="2031-05-09",
        start_time="",
        place="Barn",
    )
    assert (page.status_code, page.location) == (303, f"/events/{id}")
    row = read_event(id)
    assert (row.title, row.date, row.start_time, row.place) == (
        "Picnic",
        dt.date(2031, 5, 9),
        None,
        "Barn",
    )
    verb, who, about, details = read_last_audit_event()
    assert (verb, who, about) == ("event.changed", "sol", f"event {id}")
    assert details["changed"] == ["date", "start_time", "place"]


def test_a_mistake_while_changing_changes_nothing(visit, make_event, read_event):
    id = make_event("Picnic", date=dt.date(2031, 5, 8))
    page = visit(f"/events/{id}/edit", "sol", title="Barbecue", date="")
    assert page.status_code == 303
    page = visit(f"/events/{id}/edit", "sol", title="Barbecue 2", date="", start_time="10:00")
    assert page.status_code == 422
    assert page.headings == ["Barbecue"]
    assert read_event(id).title == "Barbecue"


def test_a_form_that_speaks_of_nothing_saves_the_event_as_it_was(visit, make_event, read_event):
    id = make_event("Picnic", date=dt.date(2031, 5, 8), start_time="09:05", place="Barn")
    assert visit.post(f"/events/{id}/edit", "sol").status_code == 303
    row = read_event(id)
    assert (row.title, row.date, row.start_time, row.place) == (
        "Picnic",
        dt.date(2031, 5, 8),
        "09:05",
        "Barn",
    )


def test_a_new_blast_begins_with_the_event_chosen(visit, make_event):
    make_event("Flu clinic", LEO)
    id = make_event("Picnic", ZOE)
    page = visit(f"/events/{id}", "sol")
    assert f'href="/blasts/new?target=event&amp;event_id={id}"' in page.text
    page = visit(f"/blasts/new?target=event&event_id={id}", "sol")
    assert re.search(rf'<option selected value="{id}">Picnic · 1 person</option>', page.text)
    for wild in ("999", "x", "", "9" * 40):
        assert visit(f"/blasts/new?target=event&event_id={wild}", "sol").status_code == 200


# case B24
def test_nothing_is_there(visit):
    for number in ["99999999999999999999", "0", "-1", "١٢", "7"]:
        for what in ("", "/edit", "/register", "/export"):
            assert visit(f"/events/{number}{what}", "ada").status_code == 404, number
        for what in (
            "delete",
            "edit",
            "register",
            "unregister/1",
            "registrations/1/unsubscribe",
        ):
            assert (
                visit(f"/events/{number}/{what}", "ada", title="x", phone=ZOE).status_code == 404
            ), number


def test_a_day_is_said_from_today_on():
    said = {
        -800: "2 years ago",
        -45: "1 month ago",
        -2: "2 days ago",
        -1: "yesterday",
        0: "today",
        1: "tomorrow",
    }
    said |= {
        31: "in 31 days",
        32: "in 1 month",
        700: "in 23 months",
        2000: "in 5 years",
    }
    assert {days: format_relative_days(days) for days in said} == said


def test_today_is_the_organisations_day(app, visit, make_event):
    denver = now().astimezone(ZoneInfo("America/Denver")).date()
    assert "(today)" in visit(f"/events/{make_event('Picnic', date=denver)}", "sol").words
