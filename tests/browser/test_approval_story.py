"""Sol sends above the limit in a browser; Ada answers the code on her phone, and it is sent."""

import contextlib
import re
import shutil
import sqlite3

import pytest

from app.accounts.own_phone_queries import build_practice_phone
from tests.browser.browser_user import LONG, Walk
from tests.browser.story_records import read_rows, take_picture
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import PASSWORD
from tests.sample_rows import make_phone

PICTURES = "APPROVAL_PICTURES"
pytestmark = [pytest.mark.browser, pytest.mark.torture]
PEOPLE = 6
ADD_MEMBER = "INSERT INTO community_members (name, phone, created_at) VALUES (?, ?, '2026-01-05')"
STATES = "SELECT approval, status FROM scheduled_messages ORDER BY id"
DELIVERED = "SELECT count(*) FROM messages WHERE kind = 'blast' AND status = 'delivered'"
THREADS = "SELECT count(*) FROM threads"
CODE = re.compile(r"Reply (\d{6}) to approve: 6 people, 6 segments, by Sol\.")


@pytest.fixture
def database(tmp_path, fresh_database):
    """Ada, Sol and six members."""
    path = tmp_path / "sms.db"
    shutil.copy(fresh_database, path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for n in range(PEOPLE):
            connection.execute(ADD_MEMBER, (f"Person {n}", make_phone(n)))
    return path


def limit_sol(ada):
    """Ada lets Sol text five people without approval."""
    ada.page.goto(f"{ada.url}/users/2/edit")
    take_picture(ada, PICTURES, "user")
    ada.click("main a:has-text('Sending limit')")
    ada.heading("Sending limit of Sol")
    ada.page.fill("#max_people", "5")
    take_picture(ada, PICTURES, "limit")
    ada.click(".sticky button:text-is('Save limit')")
    ada.wait_for("Without approval: up to 5 people in one blast.")


def send_as_sol(sol):
    """Sol reads at review that it will wait, and sends it."""
    sol.page.goto(sol.url)
    sol.write("Hi {first_name|friend}, the picnic is at eleven.")
    sol.wait_for("This blast waits until an admin approves it.")
    take_picture(sol, PICTURES, "review")
    sol.click(".confirm-bar button[name=confirm]")
    sol.wait_for("Waits for approval: 6 people")
    take_picture(sol, PICTURES, "waiting-sol")


def answer_by_phone(ada):
    """Ada reads the text on her phone, and answers with its code."""
    digits = build_practice_phone(1)[1:]
    ada.page.goto(f"{ada.url}/sandbox/{digits}")
    ada.page.wait_for_selector("text=to approve: 6 people", timeout=LONG)
    code = CODE.search(ada.page.inner_text("main"))[1]
    take_picture(ada, PICTURES, "phone")
    ada.page.fill("#body", code)
    ada.click("main .played button:text-is('Send')")
    ada.page.wait_for_selector("text=Approved. Sending to 6 people now.", timeout=LONG)


def test_a_blast_above_the_limit_is_approved_by_text(database, visits_to):
    with GunicornServer(database, UNDO_SECONDS="1") as server:
        visits = visits_to(server.url, ada=PASSWORD, sol=PASSWORD)
        ada = Walk(visits(who="ada"), server.url)
        limit_sol(ada)
        sol = Walk(visits(who="sol"), server.url)
        send_as_sol(sol)
        sol.page.goto(f"{sol.url}/blasts/scheduled")
        sol.wait_for("Waits for approval")
        take_picture(sol, PICTURES, "list")
        ada.page.goto(ada.url)
        ada.wait_for("Waits for approval")
        take_picture(ada, PICTURES, "home")
        ada.click("main a:has-text('Waits for approval')")
        ada.page.wait_for_selector("button:has-text('Approve and send to 6 people')")
        take_picture(ada, PICTURES, "waiting-ada")
        assert read_rows(database, STATES) == [("waiting", "pending")]
        answer_by_phone(ada)
        wait_until(lambda: read_rows(database, DELIVERED) == [(PEOPLE,)], "six texts", LONG / 1000)
        ada.page.goto(f"{ada.url}/audit")
        ada.wait_for("approved the blast")
        assert read_rows(database, THREADS) == [(0,)]
        decline_on_the_page(sol, ada)
    assert read_rows(database, DELIVERED) == [(PEOPLE,)]
    assert read_rows(database, STATES)[-1] == ("declined", "pending")


def decline_on_the_page(sol, ada):
    """The next one Ada declines on its page, with a reason that Sol reads."""
    send_as_sol(sol)
    address = sol.page.url
    ada.page.goto(address)
    ada.click("main summary:has-text('Decline')")
    ada.page.fill("#reason", "The picnic is off.")
    ada.click("main button:text-is('Decline')")
    ada.wait_for("Declined by Ada")
    sol.page.goto(address)
    sol.wait_for("The picnic is off.")
    take_picture(sol, PICTURES, "declined")
