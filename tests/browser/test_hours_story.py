"""A blast outside texting hours in a browser: held, said so, a STOP obeyed, sent once they open."""

import contextlib
import shutil
import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.browser.browser_user import LONG, Walk
from tests.browser.story_records import read_rows
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import PASSWORD
from tests.sample_rows import make_phone

pytestmark = [pytest.mark.browser, pytest.mark.torture]
PEOPLE = 5
LEAVER = 2
TEXT = "The roof is repaired."
ADD_MEMBER = "INSERT INTO community_members (name, phone, created_at) VALUES (?, ?, '2026-01-05')"
TEXTS = "SELECT phone, status FROM messages WHERE kind = 'blast' ORDER BY phone"
ARRIVED = "SELECT phone FROM sandbox_messages WHERE NOT from_phone AND instr(body, ?)"


@pytest.fixture
def database(tmp_path, fresh_database):
    """Ada, and five people whose clocks are those of Denver."""
    path = tmp_path / "sms.db"
    shutil.copy(fresh_database, path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for n in range(PEOPLE):
            connection.execute(ADD_MEMBER, (f"Person {n}", make_phone(n)))
    return path


def set_hours(ada, opens, closes):
    """Text from one time to another on every day, in practice mode too."""
    ada.page.goto(f"{ada.url}/settings/texting-hours")
    ada.page.check("input[name=mode][value=on]")
    for field in ada.page.locator("input[name^=blast_]").all():
        name = field.get_attribute("name")
        field.fill(opens if name.endswith("opens") else closes)
    ada.click("button:has-text('Save hours')")
    ada.page.wait_for_load_state("networkidle")


def test_a_blast_waits_for_its_hours_and_obeys_a_stop(database, visits_to):
    is_morning = datetime.now(ZoneInfo("America/Denver")).hour < 12
    with GunicornServer(database, UNDO_SECONDS="1") as server:
        ada = Walk(visits_to(server.url, ada=PASSWORD)(who="ada"), server.url)
        ada.page.goto(server.url)
        set_hours(ada, *(("13:00", "18:00") if is_morning else ("08:00", "11:00")))
        ada.write(TEXT)
        ada.wait_for("This blast waits for texting hours")
        ada.confirm(PEOPLE)
        ada.page.wait_for_url("**/blasts/logs/*", timeout=LONG)
        assert read_rows(database, TEXTS) == [(make_phone(n), "queued") for n in range(PEOPLE)]
        leave(ada)
        set_hours(ada, "00:01", "23:59")
        wait_until(
            lambda: (
                {status for _, status in read_rows(database, TEXTS)} == {"delivered", "skipped"}
            ),
            "the held texts",
            LONG / 1000,
        )
    phones = {phone for (phone,) in read_rows(database, ARRIVED, TEXT)}
    assert phones == {make_phone(n) for n in range(PEOPLE) if n != LEAVER}


def leave(ada):
    """One of them says STOP while the blast waits."""
    ada.page.goto(f"{ada.url}/sandbox/{make_phone(LEAVER)[1:]}")
    ada.page.fill("#body", "STOP")
    ada.click(".phone button:has-text('Send')")
    ada.wait_for("Opted out.")
