"""The pieces in a real browser: readable for everybody, on any phone, with and without
JavaScript.
"""

import json
import threading

import pytest
from werkzeug.serving import make_server

from tests.browser.accessibility import everybody_can_use, fits_every_screen
from tests.gunicorn_server import ROOT
from tests.pieces_demo.app import create_demo

pytestmark = pytest.mark.browser
GOLDEN = ROOT / "tests" / "data" / "parts.json"
PAGES = pytest.mark.parametrize("path", ["/", "/signed-out", "/error"])


@pytest.fixture(scope="module")
def address():
    server = make_server("127.0.0.1", 0, create_demo(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def look(visits_to, address):
    """Open a page: `look("/", width=390, theme="dark")`.

    Complaints of the browser fail the test.
    """
    visits = visits_to(address)
    return lambda path="/", **window: visits(path, **window)


@PAGES
def test_nobody_is_locked_out(look, path):
    everybody_can_use(look(path))


@PAGES
def test_no_page_is_wider_than_its_window(look, path):
    fits_every_screen(look(path))


def test_a_chosen_theme_beats_the_system(look):
    background = "getComputedStyle(document.body).backgroundColor"
    assert look("/?theme=dark").evaluate(background) == look("/", theme="dark").evaluate(background)
    assert look("/?theme=light", theme="dark").evaluate(background) == look("/").evaluate(
        background
    )


def test_the_counter_agrees_with_the_carrier(look):
    golden = json.loads(GOLDEN.read_text())
    seen = look().evaluate(
        "(texts) => texts.map(smsMeasure)", [each["text"] for each in golden.values()]
    )
    wanted = [(each["encoding"], each["parts"]) for each in golden.values()]
    assert [(each["encoding"], each["parts"]) for each in seen] == wanted


def test_the_meter_counts_the_opt_out_line_and_names_costly_signs(look):
    page = look()
    page.fill("#message_body", "a" * 150)
    parts, odd = (
        page.locator("[data-meter-of=message_body-text] [data-parts]"),
        page.locator("[data-odd]").first,
    )
    assert parts.inner_text() == "2 segments"
    page.uncheck("#include_unsubscribe")
    assert parts.inner_text() == "1 segment"
    assert odd.is_hidden()
    page.fill("#message_body", "a" * 150 + "’")
    assert "Without them: 1 segment instead of 3." in odd.inner_text()


def test_conditions_count_nothing_and_the_organization_its_name(look):
    page = look()
    page.uncheck("#include_unsubscribe")
    organization = page.evaluate("document.body.dataset.organization")
    units = page.locator("[data-meter-of=message_body-text] [data-units]")
    page.fill("#message_body", "{if first_name}Hi {first_name|you}, {end}welcome to {org_name}")
    assert units.inner_text() == str(len(f"Hi you, welcome to {organization}"))
    room = page.locator("[data-meter-of=message_body-text] [data-room]")
    assert "names may add characters" in room.inner_text()
    page.fill("#message_body", "Welcome to { Org name }")
    assert units.inner_text() == str(len(f"Welcome to {organization}"))
    assert "names may add characters" not in room.inner_text()


def test_a_chip_puts_its_token_where_the_caret_is(look):
    page = look()
    page.fill("#message_body", "Hi !")
    page.press("#message_body", "ArrowLeft")
    page.click("#demo1 >> text=First name")
    assert page.input_value("textarea[name=message_body]") == "Hi {first_name|friend}!"


def test_the_fields_for_later_are_there_only_for_later(look):
    page = look()
    assert page.is_visible("#schedule_date")
    page.click("#demo1 >> text=Now")
    assert page.is_hidden("#schedule_date")


def test_choosing_rows_shows_how_many(look):
    page = look()
    assert page.is_hidden("[data-bulk]")
    page.check("[data-select-all]")
    assert page.inner_text("[data-bulk-count]") == "3 selected"
    page.locator("td .pick").first.uncheck()
    assert page.inner_text("[data-bulk-count]") == "2 selected"


def test_deleting_asks_first(look):
    page = look()
    delete = page.locator("td.end button").first
    delete.click()
    page.click("dialog button:text-is('Go back')")
    page.wait_for_selector("dialog", state="detached")
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
