"""Pages of an installation in trouble: nothing is sent, calls are refused, a blast has grown, the
database is busy.
"""

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager

import pytest
from werkzeug.serving import make_server

from app import create_app
from app.core import db as database_core
from app.core.settings import Settings
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
# Playwright looks at no page that is about to be left; so the page itself notes the time.
NOTE_WHEN_BUSY_AND_PRESS_AGAIN = """button => {
    let pressedAt;
    button.addEventListener("click", () => { pressedAt ??= performance.now(); });
    new MutationObserver(() => {
        const isBusy = button.textContent === "Working…" && button.ariaDisabled === "true";
        if (!isBusy || sessionStorage.busyAfter) return;
        sessionStorage.busyAfter = performance.now() - pressedAt;
        button.click();
    }).observe(button, { attributes: true, childList: true });
}"""
UMA, NED = "+13035550155", "+13035550156"
# Holds the write lock for some seconds, or until its input is closed.
HOLDER = """
import select, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=20)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
select.select([sys.stdin], [], [], float(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def database(filled, tmp_path_factory):
    """A copy for these pages alone: what is held here must not be held on other pages."""
    database = tmp_path_factory.mktemp("trouble") / "trouble.db"
    with (
        closing(sqlite3.connect(filled.database)) as source,
        closing(sqlite3.connect(database)) as copy,
    ):
        source.backup(copy)
    return database


@pytest.fixture(scope="module")
def trouble(chromium, database):
    """Ada's window on a server, and a function that writes one statement into its database."""

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
    look(
        page,
        page.url,
        "Second phones are taken from “Home”",
        "How did these people agree to texts?",
    )


@contextmanager
def hold_write_lock(database, seconds):
    """Another process writes into the database until the block ends, or for these seconds."""
    command = [sys.executable, "-S", "-c", HOLDER, str(database), str(seconds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def fill_in_person(page, url, name, phone):
    """Fill in the form that adds a person, and return its button."""
    page.goto(f"{url}/community/add")
    page.fill("#name", name)
    page.fill("#phone", phone)
    return page.locator(".sticky button")


def find_names(database, phone):
    """Return the name of everyone who has this number."""
    query = "SELECT name FROM community_members WHERE phone = ?"
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        return [name for (name,) in connection.execute(query, [phone])]


def test_the_button_says_within_a_second_that_the_database_is_busy(trouble, database):
    page, url, _ = trouble
    button = fill_in_person(page, url, "Uma Patel", UMA)
    button.evaluate(NOTE_WHEN_BUSY_AND_PRESS_AGAIN)
    with hold_write_lock(database, seconds=3):
        pressed_at = time.monotonic()
        button.click()
        page.wait_for_selector("text=Uma Patel was added.")
        assert time.monotonic() - pressed_at > 2
    busy_after = page.evaluate("Number(sessionStorage.busyAfter)")
    assert 0 < busy_after < 1000  # ms
    assert find_names(database, UMA) == ["Uma Patel"]


@pytest.fixture
def impatient_url(database, monkeypatch):
    """The address of a server that waits one second for the write lock, where others wait ten."""
    monkeypatch.setattr(database_core, "LOCK_WAIT_SECONDS", 1)
    settings = Settings(
        secret_key="a-key-for-tests-0123456789",
        app_env="test",
        database_url=f"sqlite:///{database}",
    )
    server = make_server("127.0.0.1", 0, create_app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_javascript_a_busy_database_keeps_the_form_to_send_again(
    impatient_url, database, visits_to
):
    visits = visits_to(impatient_url, ada=PASSWORD)
    page = visits(who="ada", java_script_enabled=False)
    button = fill_in_person(page, impatient_url, "Ned Okafor", "303 555 0156")
    with hold_write_lock(database, seconds=30):
        button.click()
        page.wait_for_selector("h1:text-is('Busy, try again')")
    assert find_names(database, NED) == []
    assert page.input_value("[name=name]") == "Ned Okafor"
    assert page.input_value("[name=phone]") == "303 555 0156"
    page.click("text=Send again")
    page.wait_for_selector("text=Ned Okafor was added.")
    assert find_names(database, NED) == ["Ned Okafor"]
    assert visits.complaints == [f"503 for {impatient_url}/community/add"]
    visits.complaints.clear()
