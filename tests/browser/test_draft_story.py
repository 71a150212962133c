"""A draft in a browser: it saves itself, survives Home and a session that ended, and two people
writing it see each other's version.
"""

import shutil

import pytest

from tests.browser.browser_user import Walk
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.torture]
SAVED = "[data-saved]:has-text('Saved')"
TEXT = "textarea[name=message_body]"


@pytest.fixture
def server(tmp_path, fresh_database):
    """Ada and Sol, and nobody else."""
    path = tmp_path / "sms.db"
    shutil.copy(fresh_database, path)
    with GunicornServer(path) as server:
        yield server


def write(walk, words):
    """Type at the end of the text."""
    walk.page.click("#message_body")
    walk.page.keyboard.press("Control+End")
    walk.page.keyboard.type(words)


def wait_for_version(walk, number):
    """Wait until the page has saved the draft so often."""
    version = walk.page.locator("#compose [name=version]")
    wait_until(lambda: version.input_value() == str(number), "the draft to be saved")


def open_draft(walk):
    """Open the only draft of the list."""
    walk.page.goto(f"{walk.url}/blasts/drafts")
    walk.click("main table a")
    walk.page.wait_for_selector(".chip-editor")


def sign_in_again(walk):
    """Follow the link beside the heading, and come back to the draft."""
    walk.click("[data-saved] a")
    walk.page.fill("#username", "sol")
    walk.page.fill("#password", PASSWORD)
    walk.click("main button:text-is('Sign in')")
    walk.heading("New blast")


def test_a_draft_survives_home_sign_out_and_another_writer(server, visits_to):
    visits = visits_to(server.url)
    sol, ada = Walk(visits(), server.url), Walk(visits(), server.url)
    sol.sign_in("sol")
    ada.sign_in("ada")
    sol.open_new_blast()
    write(sol, "The choir meets")
    sol.page.wait_for_selector(SAVED)
    assert sol.page.url.endswith("/blasts/drafts/1")
    write(sol, " on Sunday")
    sol.menu("Home")  # at once: what is not saved yet is saved as the page is left
    sol.click("main a:has-text('Continue your draft')")
    sol.page.wait_for_selector(".chip-editor")
    assert sol.page.input_value(TEXT) == "The choir meets on Sunday"

    sol.page.context.clear_cookies()
    write(sol, " at ten")
    sol.page.wait_for_selector("[data-saved] a:has-text('Sign in to save')")
    sign_in_again(sol)
    assert sol.page.input_value(TEXT) == "The choir meets on Sunday at ten"
    wait_for_version(sol, 3)
    sol.page.reload()
    assert sol.page.input_value(TEXT) == "The choir meets on Sunday at ten"

    open_draft(ada)
    write(ada, ", says Ada")
    wait_for_version(ada, 4)
    write(sol, ", says Sol")
    sol.page.wait_for_selector("[data-saved]:has-text('Ada changed this draft')")
    sol.click("[data-saved] button:text-is('Compare')")
    sol.heading("Two versions of this draft")
    for name in ("Sol", "Ada"):
        sol.page.wait_for_selector(f"text=The choir meets on Sunday at ten, says {name}")
    sol.click(".sticky button:text-is('Keep mine')")
    sol.page.wait_for_selector("text=Draft saved.")
    sol.click(".sticky button:text-is('Review')")
    sol.heading("Review")
    visits.complaints.clear()  # the browser minds every 401 and 409


def test_back_from_the_first_review_is_the_same_draft(server, visits_to):
    sol = Walk(visits_to(server.url)(), server.url)
    sol.sign_in("sol")
    sol.open_new_blast()
    write(sol, "The choir meets")
    sol.click(".sticky button:text-is('Review')")  # before it has saved itself
    sol.heading("Review")
    sol.page.go_back()
    sol.page.wait_for_selector(".chip-editor")
    assert sol.page.url.endswith("/blasts/drafts/1")
    assert sol.page.input_value(TEXT) == "The choir meets"
    write(sol, " on Sunday")
    wait_for_version(sol, 2)
    sol.page.goto(f"{sol.url}/blasts/drafts")
    assert sol.page.locator("main tbody tr").count() == 1
