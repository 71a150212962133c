"""Pages of an installation in trouble: nothing is sent, calls are refused, a blast has grown."""

import sqlite3
from contextlib import closing

import pytest

from tests.browser.accessibility import everybody_can_use, fits_every_screen
from tests.browser.chromium import Visits
from tests.gunicorn_server import GunicornServer
from tests.sample_people import PASSWORD

pytestmark = pytest.mark.browser
NOW = "2026-11-27 12:00:00.000000"
EXPECTED = "https://sms.riverside-community.example.org/webhooks/twilio/inbound"
CALLED = "http://sms.riverside-community.example.org:8080/webhooks/twilio/inbound"
REFUSED = "INSERT INTO refused_calls VALUES ('sandbox', 1204, ?, ?, 'address', ?, ?, ?, NULL)"
FAILED = (
    "UPDATE inbound_catch_ups SET found_count = 3, found_at = datetime('now'), was_off = 1,"
    " failure = 'it answered 401' WHERE carrier = 'sandbox'"
)
HELD = "UPDATE installation SET hold_reason = ?, hold_since = ?, reconcile_words = ?"
GROWN = "UPDATE scheduled_messages SET confirmed_count = 3, held_reason = ? WHERE id = ?"
UNREADABLE = "The list could not be read: it answered 401."


@pytest.fixture(scope="module")
def trouble(chromium, filled, tmp_path_factory):
    """Ada's window on a server, and a function that writes one statement into its database.

    The database is a copy of its own: what is held here must not be held on other pages.
    """
    database = tmp_path_factory.mktemp("trouble") / "trouble.db"
    with (
        closing(sqlite3.connect(filled.database)) as source,
        closing(sqlite3.connect(database)) as copy,
    ):
        source.backup(copy)

    def write(statement, *values):
        with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
            connection.execute(statement, values)

    with GunicornServer(database) as server:
        visits = Visits(chromium, server.url, {"ada": PASSWORD})
        yield visits(who="ada"), server.url, write
        visits.close()
        assert visits.complaints == []


def look(page, address, *sentences):
    """The page says all this, and everybody can use it."""
    page.goto(address)
    words = page.inner_text("body")
    for sentence in sentences:
        assert sentence in words
    assert page.locator("main .btn.pri").count() <= 1
    fits_every_screen(page)
    everybody_can_use(page)


def test_a_hold_says_why_and_what_to_do(trouble):
    page, url, write = trouble
    write(HELD, "behind", NOW, UNREADABLE)
    look(page, f"{url}/sending", "Nothing is being sent", UNREADABLE, "Continue without the list")
    look(page, url, "See what to do")
    write(HELD, "clone", NOW, None)
    look(page, f"{url}/sending", "The first one is gone: send from here")
    write(HELD, None, None, None)


def test_refused_calls_and_missed_texts_are_told_with_both_addresses(trouble):
    page, url, write = trouble
    write(REFUSED, NOW, NOW, EXPECTED, CALLED, CALLED)
    write(FAILED)
    look(page, url, EXPECTED, CALLED, "3 texts came in while SMS Admin was off", "it answered 401")
    look(page, f"{url}/settings", EXPECTED, CALLED)
    write("DELETE FROM refused_calls")


def test_a_blast_that_grew_asks_for_the_new_number(trouble, filled):
    page, url, write = trouble
    write(GROWN, "The list grew: this blast was confirmed for 3 people.", filled.scheduled)
    address = f"{url}/blasts/scheduled/{filled.scheduled}"
    look(page, address, "The list grew", "people now, 3 when it was confirmed")
    look(page, f"{url}/blasts/scheduled", "The list grew")


def test_the_columns_of_a_wide_file_can_be_chosen_on_every_screen(trouble):
    page, url, _ = trouble
    page.goto(f"{url}/community/import")
    headings = ["Name", "Home", "Mobile", *(f"Custom {number}" for number in range(20))]
    row = ["Zoë", "303 555 0142", "720 555 0143"]
    page.fill("#rows", "\t".join(headings) + "\n" + "\t".join(row))
    page.click("text=Check the file")
    look(page, page.url, "“Home”: choose below", "How did these people agree to texts?")
