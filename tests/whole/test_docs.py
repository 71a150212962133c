"""The pages for people: their links lead somewhere, their commands exist, and what they promise
is there.
"""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from app.core.environment_reader import SECRET_VARIABLES
from app.core.settings import PROJECT_ROOT
from app.core.version import VERSION
from tests.whole.test_settings import ROWS as SETTINGS

PAGES = [*PROJECT_ROOT.glob("*.md"), *(PROJECT_ROOT / "docs").rglob("*.md")]
NEEDED = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    ".env.example",
    "Makefile",
]
TEXTS = {path: path.read_text() for path in PAGES}
DEPLOY = PROJECT_ROOT / "deploy"
OF_PYTHON = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def relative(path):
    return str(path.relative_to(PROJECT_ROOT))


def test_the_pages_that_a_newcomer_expects_are_there():
    assert [name for name in NEEDED if not (PROJECT_ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", TEXTS[page])
    local = [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (PROJECT_ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:^|`|&& )make ([a-z]+)", TEXTS[page], re.M)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_variable_is_one_that_is_read(page):
    files = {f"{name}_FILE" for name in SECRET_VARIABLES}
    known = set(SETTINGS) | files | {"WEB_CONCURRENCY", "CHROMIUM", "TESTS"}
    assert set(re.findall(r"\b[A-Z]+_[A-Z_]+\b(?==|`)", TEXTS[page])) <= known | _constants()


@cache
def _constants():
    """Names of the code's constants may be written too."""
    return set(
        re.findall(
            r"^([A-Z]+_[A-Z_]+)\b",
            "".join(p.read_text() for p in (PROJECT_ROOT / "app").rglob("*.py")),
            re.M,
        )
    )


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_file_that_is_named_exists(page):
    named = re.findall(r"`((?:app|tests|docs|deploy)/[\w./-]+)`", TEXTS[page])
    missing = {name for name in named if not (PROJECT_ROOT / name).exists()}
    assert missing == set()


def test_the_first_lines_of_the_readme_are_the_two_commands():
    first = TEXTS[PROJECT_ROOT / "README.md"].split("```")[1].strip().splitlines()
    assert [line.split(" ")[0:2] for line in first] == [
        ["git", "clone"],
        ["make", "run"],
    ]
    assert "cd sms-admin" in first[0]


def test_the_list_of_decisions_names_each_once_in_order():
    folder = PROJECT_ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \[(\d{4})\]\(([^)]+)\)", TEXTS[folder / "README.md"], re.M)
    assert [name for _, name in listed] == sorted(path.name for path in folder.glob("0*.md"))
    assert all(name.startswith(number) for number, name in listed)


def test_the_changes_have_this_version():
    assert f"## [{VERSION}]" in TEXTS[PROJECT_ROOT / "CHANGELOG.md"]


def test_what_is_not_there_yet_is_not_promised(app):
    """The README says which features are missing; once one exists, its line has to go."""
    rules = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    missing = [
        feature for feature in ("events", "inbox", "keywords", "surveys") if feature not in rules
    ]
    not_yet = TEXTS[PROJECT_ROOT / "README.md"].split("**Not yet:**")[1].split("\n\n")[0]
    assert [
        feature for feature in missing if feature not in not_yet.replace("the inbox", "inbox")
    ] == []
    assert [
        feature
        for feature in ("events", "inbox", "keywords", "surveys")
        if feature in rules and feature in not_yet
    ] == []


def test_the_container_gets_variables_that_exist():
    compose = set(re.findall(r"^      ([A-Z_]+):", (DEPLOY / "compose.yaml").read_text(), re.M))
    assert compose
    assert compose <= set(SETTINGS)
    image = (DEPLOY / "Dockerfile").read_text()
    assert set(re.findall(r"\b([A-Z][A-Z_]+)=", image)) <= set(SETTINGS) | OF_PYTHON
    copied = [
        name for line in re.findall(r"^COPY (.+)$", image, re.M) for name in line.split()[:-1]
    ]
    assert [name for name in copied if not (PROJECT_ROOT / name).exists()] == []
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text()
    assert [name for name in copied if f"!{name}" not in ignored.splitlines()] == []


def test_the_service_and_the_proxies_fit_the_program():
    unit = (DEPLOY / "sms-admin.service").read_text()
    assert "gunicorn -c gunicorn.conf.py wsgi:app" in unit
    assert set(re.findall(r"\b([A-Z]{2,}[A-Z_]+)=", unit)) <= set(SETTINGS) | OF_PYTHON
    for name in ("nginx.conf", "Caddyfile"):
        text = (DEPLOY / name).read_text()
        assert f"127.0.0.1:{SETTINGS['PORT'][0].strip('`')}" in text
        assert "TRUST_PROXY=1" in text


def test_nothing_private_is_committed():
    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT_ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    names = [Path(name) for name in tracked.stdout.splitlines()]
    assert [
        str(p)
        for p in names
        if p.name == ".env" or p.suffix in {".db", ".pem"} or p.parts[0] == "instance"
    ] == []
