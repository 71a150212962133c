"""One style sheet and one script: joined, compressed, kept by browsers for a year."""

import gzip
import json
from pathlib import Path

import pytest
from rjsmin import jsmin

from app.core.static_files import join_scripts, join_stylesheets, load_static_files
from tests.pieces_demo.app import create_demo

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture(scope="module")
def browser():
    return create_demo().test_client()


@pytest.fixture(scope="module")
def versions():
    return {name: file.version for name, file in load_static_files(STATIC).items()}


def test_every_style_sheet_and_every_script_is_in_the_joined_one():
    styles, scripts = join_stylesheets(STATIC).decode(), join_scripts(STATIC).decode()
    assert "/*" not in styles
    assert all(jsmin(path.read_text()) in scripts for path in STATIC.glob("js/*.js"))
    assert styles.index("--brand:") < styles.index(".btn {") < styles.index("@media print {\n.side")
    assert scripts.index("var htmx") < scripts.index("data-shown-when")
    assert scripts.index("typed-by") < scripts.index("kept:")  # forgotten before it is filled in
    for path in STATIC.glob("css/*.css"):
        last_rule = [line.strip() for line in path.read_text().splitlines() if ":" in line][-1]
        assert last_rule.partition("/*")[0].strip() in styles


def test_a_hashed_file_is_compressed_and_never_asked_for_again(browser, versions):
    answer = browser.get(f"/static/app.{versions['app.css']}.css", headers=GZIP)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == join_stylesheets(STATIC)


def test_a_browser_that_reads_no_gzip_gets_the_plain_file(browser, versions):
    answer = browser.get(f"/static/app.{versions['app.js']}.js")
    assert "Content-Encoding" not in answer.headers
    assert answer.data == join_scripts(STATIC)


def test_a_page_of_the_version_before_gets_the_new_file_and_does_not_keep_it(browser):
    answer = browser.get("/static/app.0123456789.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_file_that_did_not_change_is_not_sent_again(browser):
    tag = browser.get("/static/icons.svg", headers=GZIP).headers["ETag"]
    again = browser.get("/static/icons.svg", headers={**GZIP, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_the_names_of_the_zones_are_a_file_of_their_own(browser, versions):
    zones = json.loads(browser.get(f"/static/zones.{versions['zones.json']}.json").data)
    assert {"UTC", "America/Denver", "Asia/Kolkata"} <= set(zones)
    assert "Asia/Calcutta" not in zones


@pytest.mark.parametrize("name", ["app.css.css", "css", "nothing.css", "../static_files.py"])
def test_nothing_else_is_served(browser, name):
    assert browser.get(f"/static/{name}").status_code == 404
