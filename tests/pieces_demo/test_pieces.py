"""The pieces on one page: they render strictly, know every state, keep their weight, and name
real icons.
"""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from app.domain.delivery.message_statuses import DELIVERY_STATUS_LABELS
from tests.pieces_demo.app import APP, create_demo
from tests.visit import Page

STATIC = APP / "static"


@pytest.fixture
def look():
    """Open an address of the page of pieces; the page is inspected as every page is."""
    browser = create_demo().test_client()
    return lambda address: Page(browser.get(address))


def test_every_piece_renders_with_every_variable_known(look):
    assert look("/").headings == ["Pieces"]


def test_the_window_is_named_after_the_heading_and_the_organisation(look):
    assert "<title>Pieces – Riverside Community</title>" in look("/").text


def test_a_stranger_sees_the_banner_but_no_menu(look):
    page = look("/door")
    assert "Practice mode." in page.words
    assert "<nav" not in page.text


def test_an_error_page_quotes_its_number(look):
    assert "7F3A-19C2" in look("/error").words


def test_every_state_has_a_colour_and_every_colour_a_state():
    macros = create_demo().jinja_env.get_template("_pieces/words.html").module
    assert set(macros.state_kinds) == {str(state) for state in DELIVERY_STATUS_LABELS}


def test_mistakes_are_linked_with_their_fields(look):
    text = look("/").text
    assert 'href="#wrong-phone"' in text
    assert re.search(
        r'<input[^>]*aria-describedby="wrong-phone-hint wrong-phone-error"[^>]*aria-invalid="true"',
        text,
    )
    assert 'id="wrong-phone-error"' in text


def test_what_a_person_is_called_is_written_as_text(look):
    macros = create_demo().jinja_env.get_template("_pieces/pieces.html").module
    assert "&lt;script&gt;" in macros.bubble("in", "<script>alert(1)</script>")


def test_every_icon_on_the_page_is_in_the_sprite(look):
    known = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    assert set(re.findall(r'icons\.svg[^#"]*#([a-z0-9-]+)"', look("/").text)) - known == set()


def _packed(pattern: str) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.glob(pattern))


def test_the_first_load_stays_light():
    style, foreign, icons = (_packed(each) for each in ("css/*.css", "vendor/*.js", "icons.svg"))
    frame = (APP / "templates" / "_pieces" / "layout.html").read_text()
    own = sum(_packed(script) for script in re.findall(r'"(js/\w+\.js)"', frame))
    assert own
    assert style < 16_000
    assert own < 6_000
    assert style + own + foreign + icons <= 60 * 1024


@pytest.mark.parametrize(("pattern", "most"), [("static/css/*.css", 300), ("static/js/*.js", 150)])
def test_no_style_or_script_grows_too_long(pattern, most):
    assert [
        path.name for path in APP.glob(pattern) if len(path.read_text().splitlines()) > most
    ] == []


def test_the_foreign_files_are_the_ones_we_wrote_down():
    noted = (STATIC / "vendor" / "VENDOR.md").read_text()
    assert [path.name for path in STATIC.glob("vendor/*.js") if _sum(path) not in noted] == []


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
