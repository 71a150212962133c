"""The components: strict rendering, all states, a weight limit, and icons that exist."""

import hashlib
import re
from pathlib import Path

import pytest

from app.core.static_files import load_static_files
from app.domain.delivery.message_statuses import DELIVERY_STATUS_LABELS
from tests.pieces_demo.app import APP, create_demo
from tests.visit import Page

STATIC = APP / "static"


@pytest.fixture
def open_page():
    """Open a page of the demo app; it is inspected as every page is."""
    browser = create_demo().test_client()
    return lambda address: Page(browser.get(address))


def test_every_piece_renders_with_every_variable_known(open_page):
    assert open_page("/").headings == ["Pieces"]


def test_the_window_is_named_after_the_heading_and_the_organisation(open_page):
    assert "<title>Pieces – Riverside Community</title>" in open_page("/").text


def test_a_signed_out_visitor_sees_the_banner_but_no_menu(open_page):
    page = open_page("/signed-out")
    assert "Practice mode." in page.words
    assert "<nav" not in page.text


def test_an_error_page_quotes_its_number(open_page):
    assert "7F3A-19C2" in open_page("/error").words


def test_every_state_has_a_colour_and_every_colour_a_state():
    macros = create_demo().jinja_env.get_template("_pieces/words.html").module
    assert set(macros.state_kinds) == {str(state) for state in DELIVERY_STATUS_LABELS}


def test_mistakes_are_linked_with_their_fields(open_page):
    text = open_page("/").text
    assert 'href="#wrong-phone"' in text
    assert re.search(
        r'<input[^>]*aria-describedby="wrong-phone-hint wrong-phone-error"[^>]*aria-invalid="true"',
        text,
    )
    assert 'id="wrong-phone-error"' in text


def test_what_a_person_is_called_is_written_as_text(open_page):
    macros = create_demo().jinja_env.get_template("_pieces/pieces.html").module
    assert "&lt;script&gt;" in macros.bubble("in", "<script>alert(1)</script>")


def test_every_icon_on_the_page_is_in_the_sprite(open_page):
    existing = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    assert (
        set(re.findall(r'icons\.svg[^#"]*#([a-z0-9-]+)"', open_page("/").text)) - existing == set()
    )


def test_the_first_load_stays_light():
    files = load_static_files(STATIC)
    style, script = len(files["app.css"].packed), len(files["app.js"].packed)
    assert style < 16_000
    assert script < 36_000  # of which htmx is 17,000
    assert style + script + len(files["icons.svg"].packed) < 54_000


@pytest.mark.parametrize(("pattern", "most"), [("static/css/*.css", 300), ("static/js/*.js", 150)])
def test_no_style_or_script_grows_too_long(pattern, most):
    assert [
        path.name for path in APP.glob(pattern) if len(path.read_text().splitlines()) > most
    ] == []


def test_the_foreign_files_are_the_ones_we_wrote_down():
    documented = (STATIC / "vendor" / "VENDOR.md").read_text()
    assert [
        path.name for path in STATIC.glob("vendor/*.js") if _compute_sha256(path) not in documented
    ] == []


def _compute_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
