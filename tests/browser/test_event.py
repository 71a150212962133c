"""The story of an event: made, its people imported from a workbook with faults, its reminders
planned and moved.
"""

import shutil
from datetime import timedelta

import openpyxl
import pytest

from app.core.clock import now
from app.domain.time.local_times import format_day
from tests.browser.browser_user import Walk
from tests.gunicorn_server import GunicornServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FAULTS = ["123", "303 555 0101 ext. 5", "+1 900 555 0100", "", "call Anna"]
GOOD = 35


@pytest.fixture
def sol(tmp_path, fresh_database, visits_to):
    """Sol, signed in: events are not only the admin's."""
    shutil.copy(fresh_database, tmp_path / "sms.db")
    with GunicornServer(tmp_path / "sms.db") as server:
        walk = Walk(visits_to(server.url)(), server.url)
        walk.sign_in("sol")
        yield walk
        walk.page.close()  # before its server goes: a page that asks for news would find nobody


@pytest.fixture
def workbook(tmp_path):
    """Forty registrants as a spreadsheet has them: numbers as numbers, an empty line, and five
    faults.
    """
    book = openpyxl.Workbook()
    book.active.append(["No.", "Full name", "Mobile"])
    for n in range(GOOD):
        book.active.append(
            [
                n + 1,
                f"Guest {n + 1}",
                3035550100 + n if n % 2 else f"(303) 555-01{n:02}",
            ]
        )
    book.active.append([])
    for n, fault in enumerate(FAULTS):
        book.active.append([GOOD + n + 1, f"Fault {n + 1}", fault])
    book.save(tmp_path / "guests.xlsx")
    return tmp_path / "guests.xlsx"


def moved_to(sol, day, start="18:30"):
    """Sol sets the event's day."""
    sol.page.fill("#date", str(day))
    sol.page.fill("#start_time", start)


def reminders(sol, day):
    """Waits for both reminders of an event on this day on the list of scheduled blasts."""
    sol.page.goto(f"{sol.url}/blasts/scheduled")
    for before in (7, 1):
        due = format_day(day - timedelta(days=before), today=now().date(), region="US")
        sol.page.wait_for_selector(f"tr:has-text('{due}'):has-text('Reminder, {before} day')")
    return sol.page.locator("tr:has-text('Reminder, ')").count()


def test_an_event_its_people_and_its_reminders(sol, workbook):
    day = now().date() + timedelta(days=40)
    sol.menu("Events")
    sol.click("main a:has-text('event') >> nth=0")
    sol.page.fill("#title", "Spring picnic")
    sol.page.fill("#place", "Town hall")
    moved_to(sol, day)
    sol.click(".sticky button")
    sol.heading("Spring picnic")
    sol.upload(workbook)
    assert "need fixing 5" in " ".join(sol.page.inner_text("main").split())
    sol.press(f"Import {GOOD} people")
    sol.wait_for(f"{GOOD} people were imported.")
    sol.page.wait_for_selector("text=Download the 5 rows to fix")
    sol.click(".sticky a.pri")
    sol.heading("Spring picnic")
    sol.page.wait_for_selector(f"text={GOOD} people")
    event = sol.page.url
    assert reminders(sol, day) == 2
    sol.page.goto(event)
    sol.click("main a:has-text('Edit')")
    moved_to(sol, day + timedelta(days=10))
    sol.click(".sticky button")
    sol.page.wait_for_selector("text=Saved.")
    assert reminders(sol, day + timedelta(days=10)) == 2
