"""Ada invites Kim by a link, and Kim chooses a password in another browser."""

import pytest

from tests.browser.browser_user import Walk
from tests.browser.story_records import take_picture
from tests.gunicorn_server import GunicornServer
from tests.sample_people import PASSWORD

PICTURES = "INVITATION_PICTURES"
KIMS_PASSWORD = "seven green bottles hang"
pytestmark = [pytest.mark.browser, pytest.mark.torture]


def invite_kim(ada):
    """Ada adds Kim without a password; return the link that she is shown."""
    ada.page.goto(f"{ada.url}/users/add")
    ada.page.fill("#username", "kim")
    ada.page.fill("#display_name", "Kim Lee")
    take_picture(ada, PICTURES, "add")
    ada.click(".sticky button:text-is('Add user')")
    ada.heading("Invite Kim Lee")
    ada.click("main button:text-is('Copy link')")
    ada.page.wait_for_selector("main button:text-is('Copied')")
    take_picture(ada, PICTURES, "link")
    return ada.page.input_value("#link")


def choose_password(kim, link):
    """Kim opens the link, and chooses a password."""
    kim.page.goto(link)
    kim.heading("Choose your password")
    take_picture(kim, PICTURES, "choose")
    kim.page.fill("#new_password", KIMS_PASSWORD)
    kim.page.fill("#confirm_password", KIMS_PASSWORD)
    kim.click("main button:text-is('Set password')")
    kim.wait_for("Your password is set, and you are signed in.")


def test_kim_is_invited_and_the_link_works_once(tmp_path, fresh_database, visits_to):
    """A2."""
    path = tmp_path / "sms.db"
    path.write_bytes(fresh_database.read_bytes())
    with GunicornServer(path) as server:
        visits = visits_to(server.url, ada=PASSWORD)
        ada = Walk(visits(who="ada"), server.url)
        link = invite_kim(ada)
        kim = Walk(visits(), server.url)
        choose_password(kim, link)
        stranger = Walk(visits(width=390, theme="dark"), server.url)
        stranger.page.goto(link)
        stranger.heading("This link does not work")
        take_picture(stranger, PICTURES, "used")
        ada.page.goto(f"{ada.url}/users")
        ada.wait_for("Kim Lee")
        take_picture(ada, PICTURES, "users")
