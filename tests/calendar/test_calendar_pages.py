"""Ada and Sol look at everything that will be sent, as a month and as the next sixty days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.db import write
from app.delivery.audience_models import BlastAudience
from app.delivery.models import Message, MessageLog
from app.events.models import Event, EventRegistration, EventReminder
from app.organisation.models import Organisation
from app.series.actions.date_editing import move_date, skip_date
from tests.calendar.planned_rows import add, find, in_denver, make_blast
from tests.sample_rows import make_phone
from tests.select_recorder import record_selects
from tests.series.helpers import START, start_sunday_series

DAY = timedelta(days=1)


def read_cells(page):
    """The words of each day of the month by its number."""
    cells = {}
    for cell in find(page, "//table[@class='month']//td[.//time]"):
        day = cell.xpath(".//time/@datetime")[0]
        cells[day] = " ".join(cell.text_content().split())
    return cells


def test_a_month_shows_what_is_sent_on_each_day(app, visit):
    blast_id = add(app, make_blast(in_denver(date(2026, 12, 5), 18, 30)))
    page = visit("/calendar?month=2026-12", "sol")
    cells = read_cells(page)
    assert min(cells) == "2026-12-01"
    assert len(cells) == 31
    words = cells["2026-12-05"]
    for part in ("6:30 PM", "Blast", "Come on Sunday", "41 people", "New blast on Sat, Dec 5"):
        assert part in words
    assert find(page, f"//td//a[@href='/blasts/scheduled/{blast_id}']")
    assert find(page, "//table//th")[0].text == "Sunday"
    assert "Come on Sunday" not in visit("/calendar", "sol").words


def test_today_is_marked_and_past_days_take_no_new_blast(visit):
    cells = read_cells(visit("/calendar", "ada"))
    assert "Today" in cells["2026-11-28"]
    assert cells["2026-11-27"].split() == ["27Fri,", "Nov", "27"]
    assert "New blast on Sun, Nov 29" in cells["2026-11-29"]


def test_weeks_start_as_the_country_of_the_organization_starts_them(app, visit):
    with app.app_context(), write() as session:
        session.get(Organisation, 1).region = "DE"
    page = visit("/calendar", "ada")
    assert find(page, "//table//th")[0].text == "Monday"


def test_months_are_links_from_this_month_on(visit):
    page = visit("/calendar", "ada")
    assert "Previous month" not in page.words
    assert find(page, "//a[@rel='next']/@href") == ["/calendar?month=2026-12"]
    page = visit("/calendar?month=2026-12", "ada")
    assert find(page, "//a[@rel='prev']/@href") == ["/calendar?month=2026-11"]
    assert find(page, "//a[@rel='next']/@href") == ["/calendar?month=2027-01"]
    assert not find(visit("/calendar?month=2031-11", "ada"), "//a[@rel='next']")


@pytest.mark.parametrize(
    "month", ["2026-13", "2025-01", "soon", "0000-00", "2026-1", "2026-11-01", "²026-11", ""]
)
def test_a_month_that_cannot_be_shown_is_this_month(visit, month):
    page = visit(f"/calendar?month={month}", "ada")
    assert page.status_code == 200
    assert "November 2026" in page.words


def test_the_last_month_is_five_years_away(visit):
    assert "November 2031" in visit("/calendar?month=2099-12", "ada").words


def test_days_are_those_of_the_organization_at_the_end_of_a_month_and_year(app, visit):
    new_year = datetime(2027, 1, 1, 7, 0, tzinfo=UTC)
    minute = timedelta(minutes=1)
    add(app, make_blast(new_year - minute, "Last of the year"), make_blast(new_year, "First"))
    december = read_cells(visit("/calendar?month=2026-12", "ada"))
    assert "11:59 PM Blast Last of the year" in december["2026-12-31"]
    assert "First" not in " ".join(december.values())
    january = read_cells(visit("/calendar?month=2027-01", "ada"))
    assert "12:00 AM Blast First" in january["2027-01-01"]
    assert "Last of" not in " ".join(january.values())


def test_clock_changes_move_nothing_to_another_day(app, visit):
    spring = datetime(2027, 3, 14, tzinfo=UTC)
    add(
        app,
        make_blast(spring + timedelta(hours=7), "Midnight"),
        make_blast(spring + timedelta(hours=10), "After the change"),
        make_blast(spring + timedelta(hours=30) - timedelta(minutes=1), "Last minute"),
        make_blast(spring + timedelta(hours=30), "Monday"),
    )
    cells = read_cells(visit("/calendar?month=2027-03", "ada"))
    sunday = cells["2027-03-14"]
    for line in ("12:00 AM Blast Midnight", "4:00 AM Blast After", "11:59 PM Blast Last minute"):
        assert line in sunday
    assert "12:00 AM Blast Monday" in cells["2027-03-15"]


def test_dates_of_series_are_there_before_they_are_scheduled(app, visit):
    with app.app_context():
        series_id, _ = start_sunday_series(confirmed_count=3)
        with write():
            skip_date(series_id, date(2026, 12, 13), START)
            move_date(series_id, date(2026, 12, 20), date(2026, 12, 19), "18:00", START)
    november = read_cells(visit("/calendar", "sol"))
    assert november["2026-11-29"].count("Worship is at ten.") == 1
    page = visit("/calendar?month=2026-12", "sol")
    days = [day for day, words in read_cells(page).items() if "Worship is at ten." in words]
    assert days == ["2026-12-06", "2026-12-19", "2026-12-27"]
    assert "10:00 AM Series Worship is at ten. 3 people" in page.words
    assert find(page, f"//td//a[@href='/blasts/series/{series_id}']")
    summer = read_cells(visit("/calendar?month=2027-07", "sol"))
    assert "10:00 AM Series" in summer["2027-07-04"]


def test_a_series_that_is_paused_has_no_dates(app, visit):
    with app.app_context():
        start_sunday_series()
    visit.post("/blasts/series/1/pause", "sol")
    assert "Worship" not in visit("/calendar/list", "sol").words


def test_reminders_count_the_people_of_their_event(app, visit):
    event_id = add(app, Event(title="Picnic", date=date(2026, 12, 6)))
    people = [EventRegistration(event_id=event_id, phone=make_phone(n)) for n in range(2)]
    step = EventReminder(event_id=event_id, days=-1, time_of_day="09:00", body="See you")
    step_id = add(app, *people, step)
    reminder = {"target": "event", "event_id": event_id, "event_reminder_id": step_id}
    moment = in_denver(date(2026, 12, 5), 9)
    add(app, make_blast(moment, "{event_title}!", confirmed_count=None, **reminder))
    words = visit("/calendar/list", "sol").words
    assert "9:00 AM Reminder Picnic! 2 people · Event: Picnic" in words


def test_texts_that_wait_for_texting_hours_are_there(app, visit):
    log_id = add(app, MessageLog(message_body="Snow closes us", target="community"))
    until = in_denver(date(2026, 11, 28), 8)
    held = {"status": "queued", "direction": "outbound", "kind": "blast", "body": "Snow closes us"}
    held |= {"held_until": until, "held_why": "quiet_hours", "carrier": "sandbox"}
    add(app, *[Message(message_log_id=log_id, phone=make_phone(n), **held) for n in range(41)])
    page = visit("/calendar", "sol")
    assert "8:00 AM Texting hours Snow closes us 41 texts wait until then" in page.words
    assert find(page, f"//td//a[@href='/blasts/logs/{log_id}']")


def test_what_is_late_or_waits_for_a_person_is_of_today(app, visit):
    add(app, make_blast(START - 3 * DAY, "Grown", held_reason="More people than you confirmed."))
    words = read_cells(visit("/calendar", "ada"))["2026-11-28"]
    assert "Grown" in words
    assert "Paused" in words
    assert "More people than you confirmed." in visit("/calendar/list", "ada").words
    assert "Grown" not in visit("/calendar?month=2026-12", "ada").words


def test_only_what_waits_is_shown_and_tests_say_so(app, visit):
    moment = in_denver(date(2026, 12, 5), 9)
    add(
        app,
        make_blast(moment, "Canceled", status="cancelled"),
        make_blast(moment, "Other account", carrier="twilio"),
        make_blast(moment, "Only me", test_mode=True),
    )
    words = visit("/calendar/list", "ada").words
    assert "Canceled" not in words
    assert "Other account" not in words
    assert "Test Only me Test only" in words


def test_sol_reads_no_name_of_a_list_for_admins(app, visit):
    audience = {"rule": "{}", "rule_hash": "x", "sentence": "Debtors", "is_for_admins": True}
    audience_id = add(app, BlastAudience(**audience))
    lists = {"target": "audience", "audience_id": audience_id}
    add(app, make_blast(in_denver(date(2026, 12, 5), 9), **lists))
    assert "Debtors" in visit("/calendar/list", "ada").words
    words = visit("/calendar/list", "sol").words
    assert "Debtors" not in words
    assert "People chosen by a list for admins" in words


def test_blasts_less_than_an_hour_apart_are_pointed_out(app, visit):
    noon = in_denver(date(2026, 12, 5), 12)
    add(app, make_blast(noon), make_blast(noon + timedelta(minutes=59), "Second"))
    add(app, make_blast(noon + DAY), make_blast(noon + DAY + timedelta(hours=1), "Hour later"))
    page = visit("/calendar/list", "ada")
    assert "Blasts less than an hour apart: Sat, Dec 5. People" in page.words
    assert page.words.count("Within an hour of another blast") == 2
    for days in range(1, 7):
        later = noon + days * DAY
        add(app, make_blast(later + timedelta(minutes=5)), make_blast(later + timedelta(minutes=9)))
    words = visit("/calendar?month=2026-12", "ada").words
    assert "Wed, Dec 9 and 2 more days. People on both lists" in words
    assert words.count("Within an hour") == 16


def test_a_blast_that_waits_for_a_person_is_close_to_none(app, visit):
    noon = in_denver(date(2026, 12, 5), 12)
    add(app, make_blast(noon), make_blast(noon, "Grown", held_reason="More people than confirmed."))
    assert "Within an hour" not in visit("/calendar/list", "ada").words


def test_a_full_day_shows_four_and_the_rest_on_request(app, visit):
    noon = in_denver(date(2026, 12, 5), 12)
    add(app, *[make_blast(noon + n * timedelta(hours=1), f"Blast {n}") for n in range(6)])
    page = visit("/calendar?month=2026-12", "ada")
    assert find(page, "//td//summary")[0].text_content().strip() == "2 more"
    assert len(find(page, "//td//details//li")) == 2


def test_a_new_blast_on_a_day_begins_with_that_day(visit):
    page = visit("/blasts/new?date=2026-12-06", "sol")
    fields = find(page, "//input[@name='schedule_date']/@value")
    assert fields == ["2026-12-06"]
    assert find(page, "//input[@name='send_mode'][@value='later']/@checked")
    for odd in ("soon", "2026-12-6", "<b>"):
        page = visit(f"/blasts/new?date={odd}", "sol")
        assert page.status_code == 200
        assert find(page, "//input[@name='send_mode'][@value='now']/@checked")


def test_empty_pages_say_so(visit):
    assert "No texts are planned for November 2026." in visit("/calendar", "sol").words
    page = visit("/calendar/list", "sol")
    assert "No texts are planned for the next 60 days." in page.words
    assert len(find(page, "//main//a[normalize-space()='New blast']")) == 1


def test_home_and_blasts_lead_to_it(app, visit):
    add(app, make_blast(START + DAY))
    for address in ("/", "/blasts/scheduled", "/blasts/drafts"):
        assert find(visit(address, "sol"), "//main//a[@href='/calendar']"), address


def test_a_page_asks_as_much_for_many_blasts_as_for_one(app, visit):
    def fill(count):
        moment = in_denver(date(2026, 12, 5), 9)
        event_id = add(app, Event(title="Picnic", date=date(2026, 12, 6)))
        log_id = add(app, MessageLog(message_body="Snow", target="community"))
        audience = BlastAudience(rule="{}", rule_hash=f"{log_id}", sentence="Choir")
        lists = {"target": "audience", "audience_id": add(app, audience)}
        held = {"status": "queued", "direction": "outbound", "kind": "blast", "body": "Snow"}
        held |= {"held_until": moment, "held_why": "quiet_hours", "carrier": "sandbox"}
        for n in range(count):
            step = {"event_id": event_id, "days": -n, "time_of_day": "09:00", "body": "See you"}
            reminder = {"event_reminder_id": add(app, EventReminder(**step))}
            reminder |= {"target": "event", "event_id": event_id}
            add(app, make_blast(moment, **lists), make_blast(moment, **reminder))
            add(app, Message(message_log_id=log_id, phone=make_phone(n), **held))
            with app.app_context():
                start_sunday_series()

    def count(address):
        visit(address, "sol")
        with record_selects(app) as statements:
            assert visit(address, "sol").status_code == 200
        return len(statements)

    empty = count("/calendar/list")
    fill(1)
    few = count("/calendar/list")
    fill(20)
    assert count("/calendar/list") == few
    assert count("/calendar?month=2026-12") == few
    # the calendar itself asks eight: three of them also when there is nothing
    assert few - empty <= 5
