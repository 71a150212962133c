"""The frame of every page in a real browser: the palette, the live count, busy buttons, rows."""

import pytest

from tests.browser.accessibility import everybody_can_use
from tests.gunicorn_server import GunicornServer
from tests.sample_people import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def server(filled):
    with GunicornServer(filled.database) as running:
        yield running


@pytest.fixture
def page(server, visits_to):
    window = visits_to(server.url, ada=PASSWORD)("/community", "ada")
    window.set_viewport_size({"width": 1366, "height": 650})
    return window


def test_the_palette_finds_zoe_by_keys_alone(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("zoe her")
    page.wait_for_selector(".palette [role=option]:has-text('Zoë Hernández')")
    everybody_can_use(page)
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Control+k")
    page.keyboard.type("zoe her")
    page.wait_for_selector(".palette [role=option][aria-selected=true]:has-text('Zoë')")
    with page.expect_navigation(url="**/people/*"):
        page.keyboard.press("Enter")


def test_a_press_on_a_row_opens_its_person(page):
    with page.expect_navigation(url="**/people/*"):
        page.locator("tbody tr").nth(2).locator("td").last.click()


def test_a_reply_is_counted_on_any_page_within_five_seconds(page, filled, server):
    waiting = int(page.inner_text(".side [data-live-count] [data-number]"))
    phone = page.context.new_page()
    phone.goto(f"{server.url}/sandbox/13035550178")
    phone.fill("#body", "May I bring a friend?")
    phone.click(".phone button")
    phone.wait_for_selector(".bub:has-text('bring a friend')")
    phone.close()
    page.wait_for_function(
        "(count) => document.title.startsWith(`(${count}) `)", arg=waiting + 1, timeout=9_000
    )
    assert page.inner_text(".side [data-live-count] [data-number]") == str(waiting + 1)
