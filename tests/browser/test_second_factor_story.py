"""Ada sets up a second factor in a browser, signs in with a code and with a recovery code. A16."""

import contextlib
import re
import shutil
import sqlite3

import pyotp
import pytest

from tests.browser.browser_user import LONG, Walk
from tests.browser.story_records import read_rows, take_picture
from tests.gunicorn_server import GunicornServer
from tests.sample_people import PASSWORD

PICTURES = "FACTOR_PICTURES"
pytestmark = [pytest.mark.browser, pytest.mark.torture]
VERBS = "SELECT verb FROM audit_events ORDER BY id"
# The story takes less than the half minute in which a code counts once.
FORGET_LAST_CODE = "UPDATE users SET totp_last_step = 0"
LONG_AGO = "UPDATE sessions SET confirmed_at = '2026-01-01 00:00:00.000000'"


@pytest.fixture
def database(tmp_path, fresh_database):
    """Ada and Sol."""
    path = tmp_path / "sms.db"
    shutil.copy(fresh_database, path)
    return path


def change(database, statement):
    """Run a statement on the database of the running server."""
    with contextlib.closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute(statement)


def set_up_factor(ada):
    """Ada scans the code, of which we read the text, and keeps the recovery codes."""
    ada.page.goto(f"{ada.url}/account/password")
    ada.click("main a:has-text('Second factor')")
    take_picture(ada, PICTURES, "off")
    ada.press("Set up")
    ada.page.wait_for_selector("img.qr-code")
    assert ada.page.evaluate("document.querySelector('img.qr-code').naturalWidth") > 100
    take_picture(ada, PICTURES, "setup")
    secret = ada.page.inner_text("code.setup-secret").replace(" ", "")
    ada.page.fill("#code", pyotp.TOTP(secret).now())
    ada.press("Turn on")
    ada.heading("Your recovery codes")
    take_picture(ada, PICTURES, "codes")
    codes = ada.page.locator(".recovery-codes code").all_inner_texts()
    ada.click("main a:text-is('I have kept them')")
    ada.page.wait_for_selector("text=Codes left: 10.")
    take_picture(ada, PICTURES, "on")
    return secret, codes


def sign_in_with(ada, code):
    """Ada signs out, and in again with her password and this code."""
    ada.page.goto(ada.url)
    ada.click("button[aria-label='Sign out'], form[action='/logout'] button >> visible=true")
    ada.page.wait_for_selector("text=You are signed out.")
    ada.page.fill("#username", "ada")
    ada.page.fill("#password", PASSWORD)
    ada.click("main button:text-is('Sign in')")
    ada.heading("Enter your code")
    take_picture(ada, PICTURES, "code")
    ada.page.fill("#code", code)
    ada.click("main button:text-is('Sign in')")
    ada.page.wait_for_selector(".side")


def change_sol_after_a_while(ada, database):
    """What Ada typed for Sol is saved after she entered her password again."""
    ada.page.goto(f"{ada.url}/users/2/edit")
    ada.page.fill("#display_name", "Sol of the Choir")
    change(database, LONG_AGO)
    ada.click(".sticky button:text-is('Save user')")
    ada.heading("Enter your password again")
    take_picture(ada, PICTURES, "confirm")
    ada.page.fill("#again_password", PASSWORD)
    ada.press("Continue")
    ada.page.wait_for_url(re.compile("/users$"), timeout=LONG)
    names = read_rows(database, "SELECT display_name FROM users WHERE username = 'sol'")
    assert names == [("Sol of the Choir",)]


def test_ada_has_a_second_factor(database, visits_to):
    with GunicornServer(database) as server:
        visits = visits_to(server.url, ada=PASSWORD)
        ada = Walk(visits(who="ada"), server.url)
        secret, codes = set_up_factor(ada)
        change(database, FORGET_LAST_CODE)
        sign_in_with(ada, pyotp.TOTP(secret).now())
        sign_in_with(ada, codes[0])
        ada.wait_for("Recovery codes left: 9.")
        take_picture(ada, PICTURES, "home")
        change_sol_after_a_while(ada, database)
        ada.page.goto(f"{ada.url}/account")
        take_picture(ada, PICTURES, "sessions")
        ada.page.goto(f"{ada.url}/users/2/edit")
        take_picture(ada, PICTURES, "user")
        # The page that asks for the password, and /live after signing out.
        assert all("401" in complaint for complaint in visits.complaints)
        visits.complaints.clear()
    verbs = [verb for (verb,) in read_rows(database, VERBS)]
    assert verbs.count("second_factor.set_up") == 1
    assert verbs.count("sign_in") == 3
