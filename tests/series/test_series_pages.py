"""Ada lets a blast repeat, edits one week, moves one date and skips another, page by page."""

import pytest
import time_machine

from app.blasts.actions.blast_confirmation import confirm_blast
from app.core.db import db, write
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.profiles.field_types import FieldType
from app.profiles.field_models import PersonField
from app.series.models import BlastSeries
from tests.blasts.helpers import get_form_fields
from tests.sample_rows import add_members
from tests.series.helpers import DENVER, FIRST_SUNDAY, START, WEEK, list_waiting_blasts, pass_time

BODY = "Worship is at ten."


@pytest.fixture(autouse=True)
def _saturday():
    """It is Saturday, Nov 28, 2026, five in the morning in Denver."""
    with time_machine.travel(START, tick=False):
        yield


@pytest.fixture
def blast_id(app):
    """A blast to three members that is scheduled for Sunday at ten in Denver."""
    with app.app_context():
        add_members(3)
        return schedule_for_sunday()


def schedule_for_sunday(body=BODY, **changes):
    values = {"target": BlastTarget.COMMUNITY, "event_id": None, "timezone": DENVER} | changes
    draft = BlastDraft(body=body, footer=None, send_at=FIRST_SUNDAY, **values)
    with write():
        return confirm_blast(draft, None, "ada", START, 3)


def start_on_page(visit, blast_id, who="ada", **changes):
    """Let the blast repeat as the form suggests it; return the page that follows."""
    address = f"/blasts/series/new/{blast_id}"
    fields = get_form_fields(visit(address, who), "timing") | changes
    check = visit(address, who, **fields)
    assert check.status_code == 200, check.words
    return visit(address, who, follow=True, **(get_form_fields(check, "check") | {"step": "start"}))


def read_waiting(app):
    with app.app_context():
        return [(f"{due:%m-%d %H:%M}", body) for due, body in list_waiting_blasts()]


def test_a_scheduled_blast_repeats_after_a_look_at_its_dates(app, visit, blast_id):
    assert "Repeat…" in visit(f"/blasts/scheduled/{blast_id}", "sol").words
    address = f"/blasts/series/new/{blast_id}"
    fields = get_form_fields(visit(address, "sol"), "timing")
    assert (fields["kind"], fields["weekdays"], fields["clock"]) == ("weekly", "6", "10:00")
    check = visit(address, "sol", **(fields | {"every": "2"}))
    assert "Every second Sunday at 10:00 AM" in check.words
    assert "Sun, Dec 13, 10:00 AM" in check.words
    assert "3 people now, 1 segment each." in check.words
    form = visit(address, "sol", **(get_form_fields(check, "check") | {"step": "change"}))
    assert get_form_fields(form, "timing")["every"] == "2"
    page = start_on_page(visit, blast_id, "sol")
    assert "The series has started." in page.words
    assert "Every Sunday at 10:00 AM, in America/Denver Active" in page.words
    assert "Part of a series: Every Sunday" in visit(f"/blasts/scheduled/{blast_id}", "sol").words
    assert "Part of a series: Every Sunday" in visit("/blasts/scheduled", "sol").words
    assert "Sun, Nov 29, 10:00 AM" in visit("/blasts/series", "sol").words
    assert "repeated any more" in visit(address, "sol", follow=True).words
    assert "let a blast repeat as the series “Worship is at ten.”" in visit("/audit", "ada").words


def test_what_cannot_be_read_is_said_beside_its_field(visit, blast_id):
    address = f"/blasts/series/new/{blast_id}"
    fields = get_form_fields(visit(address, "ada"), "timing")
    bad = {"every": "0", "clock": "25 o'clock", "starts_on": "soon", "ends": "count"}
    page = visit(address, "ada", **(fields | bad | {"max_count": "many", "weekdays": "9"}))
    assert page.status_code == 422
    for sentence in (
        "Choose at least one day.",
        "Enter a number of weeks from 1 to 52.",
        "Enter a time, such as",
        "Enter a date, such as",
        "Enter a number from 1 to 500.",
    ):
        assert sentence in page.words
    assert get_form_fields(page, "timing")["max_count"] == "many"
    page = visit(address, "ada", **(fields | {"ends": "until", "until": "2026-11-01"}))
    assert "With this rule no date is left." in page.words
    page = visit(address, "ada", **(fields | {"kind": "month_day", "month_day": "40"}))
    assert "Choose one of the list." in page.words


def test_one_week_is_edited_one_moved_and_one_skipped(app, visit, blast_id):
    start_on_page(visit, blast_id)
    dates = "/blasts/series/1/dates"
    page = visit(f"{dates}/2026-12-06/edit", "sol", follow=True, body="This week at eleven.")
    assert "Saved for this date only." in page.words
    assert "Own text" in page.words
    page = visit(f"{dates}/2026-12-13/move", "sol", day="2026-12-20", clock="10:00")
    assert page.status_code == 422
    assert "Choose a day from Mon, Dec 7 to Sat, Dec 19" in page.words
    move = {"day": "2026-12-12", "clock": "6:00 PM"}
    page = visit(f"{dates}/2026-12-13/move", "sol", follow=True, **move)
    assert "Sat, Dec 12, 6:00 PM" in page.words
    assert "Moved from Sun, Dec 13" in page.words
    page = visit(f"{dates}/2026-11-29/skip", "sol", follow=True, _="")
    assert "Skipped." in page.words
    assert read_waiting(app) == [("12-06 17:00", "This week at eleven.")]
    page = visit(f"{dates}/2026-11-29/restore", "sol", follow=True, _="")
    assert read_waiting(app) == [("11-29 17:00", BODY)]
    page = visit(f"{dates}/2026-12-06/edit", "sol", follow=True, reset="1")
    assert "Own text" not in page.words
    assert visit(f"{dates}/2026-12-07/edit", "sol").status_code == 404
    assert visit(f"{dates}/never/edit", "sol").status_code == 404


def test_the_whole_series_is_edited_paused_resumed_ended_and_deleted(app, visit, blast_id):
    start_on_page(visit, blast_id)
    address = "/blasts/series/1/edit"
    fields = get_form_fields(visit(address, "sol"), "edit")
    page = visit(address, "sol", **(fields | {"body": "Hi {nickname}"}))
    assert page.status_code == 422
    fields |= {"body": "Worship is at eleven.", "clock": "11:00", "name": "Sundays"}
    check = visit(address, "sol", **fields)
    assert "Every Sunday at 11:00 AM" in check.words
    visit(address, "sol", **(get_form_fields(check, "check") | {"step": "start"}))
    assert read_waiting(app) == [("11-29 18:00", "Worship is at eleven.")]
    visit.post("/blasts/series/1/pause", "sol")
    assert read_waiting(app) == []
    assert "Nothing is sent until you resume it." in visit("/blasts/series/1", "sol").words
    visit.post("/blasts/series/1/resume", "sol")
    assert read_waiting(app) == [("11-29 18:00", "Worship is at eleven.")]
    page = visit("/blasts/series/1/delete", "ada", follow=True, _="")
    assert "End the series first." in page.words
    page = visit("/blasts/series/1/end", "sol", follow=True, _="")
    assert "Nothing more of it is sent." in page.words
    assert visit.post("/blasts/series/1/delete", "sol").status_code == 403
    page = visit("/blasts/series/1/delete", "ada", follow=True, _="")
    assert "A scheduled blast can repeat: open it and choose Repeat." in page.words
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(BlastSeries)) == 0


def test_home_shows_the_dates_that_come_and_what_stopped(app, visit, blast_id):
    start_on_page(visit, blast_id, weekdays=["0", "2", "6"])
    home = visit("/", "sol").words
    assert home.count("Part of a series") == 2
    with app.app_context(), write() as session:
        session.get(BlastSeries, 1).timezone = "America/Atlantis"
    with app.app_context():
        pass_time(FIRST_SUNDAY)
    assert (
        "Series stopped: Worship is at ten. Its time zone, America/Atlantis"
        in visit("/", "sol").words
    )
    assert "Stopped: Its time zone" in visit("/blasts/series/1", "sol").words
    page = visit("/blasts/series/1/resume", "sol", follow=True, _="")
    assert "It is still stopped: Its time zone" in page.words


def test_a_field_of_its_text_is_renamed_along_and_stays_public(app, visit):
    with app.app_context():
        add_members(3)
        with write() as session:
            session.add(PersonField(name="Voice", field_type=FieldType.TEXT, field_class="public"))
        blast_id = schedule_for_sunday("Hello {Voice|singer}")
    start_on_page(visit, blast_id)
    dates = "/blasts/series/1/dates"
    visit(f"{dates}/2026-12-06/edit", "ada", body="Bye {voice|singer}")
    fields = visit("/settings/fields/1", "ada").fields()
    page = visit("/settings/fields/1", "ada", **(fields | {"field_class": "administrative"}))
    assert "the series “" in page.words, page.words
    visit("/settings/fields/1", "ada", **(fields | {"name": "Part"}))
    with app.app_context():
        series = db.session.get(BlastSeries, 1)
        assert series.body == "Hello {Part|singer}"
        assert pass_time(FIRST_SUNDAY) == 1
    assert read_waiting(app) == [("12-06 17:00", "Bye {Part|singer}")]


def test_sent_dates_lead_to_their_blasts(app, visit, blast_id):
    start_on_page(visit, blast_id)
    with time_machine.travel(FIRST_SUNDAY, tick=False), app.app_context():
        pass_time(FIRST_SUNDAY)
    with time_machine.travel(FIRST_SUNDAY, tick=False):
        page = visit("/blasts/series/1", "sol")
        log_page = visit("/blasts/logs/1", "sol")
    assert "Past dates" in page.words
    assert '"/blasts/logs/1"' in page.text
    assert "Part of a series: Every Sunday" in log_page.words
    assert "0 of 3 sent" in page.words


def test_a_text_with_a_date_is_named_before_and_waits_after(app, visit, blast_id):
    with app.app_context():
        dated_id = schedule_for_sunday("Potluck on Sunday, Nov 29!")
    address = f"/blasts/series/new/{dated_id}"
    check = visit(address, "ada", **get_form_fields(visit(address, "ada"), "timing"))
    assert "Sun, Dec 6: Nov 29 has passed." in check.words
    start_on_page(visit, dated_id)
    with app.app_context():
        pass_time(FIRST_SUNDAY)
    page = visit("/blasts/series/1", "sol")
    assert "Sun, Dec 6 is waiting for you. Nov 29 has passed." in page.words
    assert "Send it to 3 people as it is" in page.words
    dates = "/blasts/series/1/dates/2026-12-06"
    page = visit(f"{dates}/confirm", "sol", follow=True, people_count="3")
    assert "Confirmed for 3 people." in page.words
    with app.app_context():
        assert pass_time(FIRST_SUNDAY + WEEK) == 1
    page = visit("/blasts/series/1/dates/2026-12-13/edit", "sol", follow=True, body="Dec 13!")
    assert "Saved for this date only." in page.words
    with app.app_context():
        assert read_held_reasons() == [None]


def read_held_reasons():
    held = db.select(ScheduledMessage.held_reason).where(ScheduledMessage.status == "pending")
    return db.session.scalars(held).all()
