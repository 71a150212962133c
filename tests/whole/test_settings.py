"""Every variable of the environment is explained once, with the default and the bounds that the
code has.
"""

import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from app.core.environment import NUMBER_BOUNDS, load_settings
from app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text()
ROWS = {
    row[0]: row[1:]
    for row in re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \| (.+) \|$", PAGE, re.M)
}
EXAMPLE = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M))
READ = [each for each in fields(Settings) if not each.metadata.get("derived")]
OF_THE_SERVER = {"WEB_CONCURRENCY"}
# In the example a value that says how it is written, not the default.
SHOWN = {"PUBLIC_BASE_URL": "https://sms.example.org"}


def default(name):
    """The default as somebody would write it into .env; "" for none."""
    value = {each.name.upper(): each.default for each in READ}[name]
    if name == "LOG_FORMAT":
        return "text"  # json in production, as the page says
    if value == () or (name == "SEND_RATE" and value == 0):
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def test_the_page_explains_every_variable_and_no_other():
    assert sorted(ROWS) == sorted(each.name.upper() for each in READ)
    assert [name for name, row in ROWS.items() if len(row[2]) < 20] == []


def test_the_page_says_the_defaults_of_the_code():
    assert {name: row[0].strip("`").replace("none", "") for name, row in ROWS.items()} == {
        n: default(n) for n in ROWS
    }


def test_the_page_says_the_bounds_of_the_code():
    said = {name: re.fullmatch(r"([\d.]+) to ([\d.]+)", ROWS[name][1]) for name in NUMBER_BOUNDS}
    assert {
        name: (float(found[1]), float(found[2])) for name, found in said.items()
    } == NUMBER_BOUNDS


def test_the_example_has_every_variable_with_its_default_and_a_comment():
    assert {name: SHOWN.get(name, default(name)) for name in ROWS} == EXAMPLE
    lines = (ROOT / ".env.example").read_text().splitlines()
    bare = [line for before, line in pairwise(lines) if line[1:2].isupper() and not before.strip()]
    assert bare == []


def test_the_example_sets_nothing():
    assert not [
        line
        for line in (ROOT / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    ]


def test_no_variable_is_read_behind_the_pages_back():
    files = [*(ROOT / "app").rglob("*.py"), ROOT / "wsgi.py", ROOT / "gunicorn.conf.py"]
    names = {
        name
        for file in files
        for name in re.findall(r'os\.environ(?:\.get)?[\[(]"(\w+)"', file.read_text())
    }
    assert names - set(ROWS) == OF_THE_SERVER
    assert set(re.findall(r"^\| `(\w+)` \| `\d+` \| [^|]+ \|$", PAGE, re.M)) == OF_THE_SERVER


def test_an_empty_environment_is_the_defaults():
    environ = {name: "" for name in ROWS} | {"SECRET_KEY": "abcdef0123456789abcdef"}
    assert load_settings(environ) == load_settings({"SECRET_KEY": "abcdef0123456789abcdef"})
