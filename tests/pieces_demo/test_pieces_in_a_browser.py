"""The pieces in a real browser: readable for everybody, on any phone, with and without JavaScript."""

import json
import os
import shutil
import threading
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from tests.pieces_demo.app import create_demo

pytestmark = pytest.mark.browser
GOLDEN = Path(__file__).resolve().parents[1] / "data" / "parts.json"
SERIOUS = {"error", "warning"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def address():
    server = make_server("127.0.0.1", 0, create_demo(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium():
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, closing(_launched(playwright, program)) as browser:
        yield browser


def _launched(playwright, program):
    return playwright.chromium.launch(executable_path=program, args=FLAGS)


@pytest.fixture
def look(chromium, address):
    """Open a page: `look("/", width=390, theme="dark")`. Complaints of the browser fail the test."""
    contexts, complaints = [], []

    def open_page(path="/", *, width=1280, theme="light", **more):
        context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=theme, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in SERIOUS else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/", "/door", "/error"])
def test_nobody_is_locked_out(look, path, width, theme):
    page = look(path, width=width, theme=theme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("path", ["/", "/door", "/error"])
@pytest.mark.parametrize("width", [320, 390, 900, 1280])
def test_no_page_is_wider_than_its_window(look, path, width):
    assert look(path, width=width).evaluate("document.documentElement.scrollWidth") <= width


def test_a_chosen_theme_beats_the_system(look):
    background = "getComputedStyle(document.body).backgroundColor"
    assert look("/?theme=dark").evaluate(background) == look("/", theme="dark").evaluate(background)
    assert look("/?theme=light", theme="dark").evaluate(background) == look("/").evaluate(background)


def test_the_counter_agrees_with_the_carrier(look):
    golden = json.loads(GOLDEN.read_text())
    seen = look().evaluate("(texts) => texts.map(smsMeasure)", [each["text"] for each in golden.values()])
    wanted = [(each["encoding"], each["parts"]) for each in golden.values()]
    assert [(each["encoding"], each["parts"]) for each in seen] == wanted


def test_the_meter_counts_the_opt_out_line_and_names_costly_signs(look):
    page = look()
    page.fill("#message_body", "a" * 150)
    parts, odd = page.locator("[data-meter-of=message_body] [data-parts]"), page.locator("[data-odd]").first
    assert parts.inner_text() == "2 parts"
    page.uncheck("#include_unsubscribe")
    assert parts.inner_text() == "1 part"
    assert odd.is_hidden()
    page.fill("#message_body", "a" * 150 + "’")
    assert "Without them: 1 part instead of 3." in odd.inner_text()


def test_a_chip_puts_its_token_where_the_caret_is(look):
    page = look()
    page.fill("#message_body", "Hi !")
    page.evaluate("message_body.setSelectionRange(3, 3)")
    page.click("#demo1 >> text=First name")
    assert page.input_value("#message_body") == "Hi {first_name|friend}!"


def test_the_fields_for_later_are_there_only_for_later(look):
    page = look()
    assert page.is_visible("#schedule_date")
    page.click("#demo1 >> text=Now")
    assert page.is_hidden("#schedule_date")


def test_choosing_rows_shows_how_many(look):
    page = look()
    assert page.is_hidden("[data-bulk]")
    page.check("[data-select-all]")
    assert page.inner_text("[data-bulk-count]") == "3 chosen"
    page.locator("td .pick").first.uncheck()
    assert page.inner_text("[data-bulk-count]") == "2 chosen"


def test_deleting_asks_first(look):
    page = look()
    delete = page.locator("td.end button").first
    delete.click()
    page.click("dialog button:text-is('Cancel')")
    assert page.locator("dialog").count() == 0
    delete.click()
    with page.expect_request(lambda request: request.method == "POST"):
        page.click("dialog button:text-is('Delete')")


def test_mistakes_get_the_focus(look):
    assert look().evaluate("document.activeElement.matches('.summary')")


def test_the_rest_of_the_menu_opens_without_javascript(look):
    page = look(width=390, java_script_enabled=False)
    assert page.is_hidden(".sheet")
    page.click("summary.tab")
    assert page.is_visible(".sheet >> text=Settings")
    assert page.is_visible(".sheet >> text=Sign out")


def test_without_javascript_nothing_is_dead_and_nothing_is_missing(look):
    page = look(java_script_enabled=False)
    assert page.is_visible("#schedule_date")
    assert page.is_visible("[data-bulk]")
    assert page.is_hidden("[data-insert]")
    assert page.is_hidden("[data-select-all]")
    assert page.is_hidden("[data-meter-of=message_body]")
