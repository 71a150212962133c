"""docs/map.md names every room and every file of code, and nothing that is not there."""

import re
from pathlib import Path

from app.blueprints import BLUEPRINTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "map.md").read_text()


def named():
    """Every path of the page, from the project's folder on."""
    paths, folder = [], ""
    for line in PAGE.splitlines():
        heading = re.match(r"## (app(?:/\w+)?)(?::.*)?$", line)
        if line.startswith("## "):
            folder = (
                heading.group(1) + "/" if heading else "app/" if "app/templates" in line else ""
            )
        paths += [folder + each for each in re.findall(r"^\| `([^`]+)` \| \S", line)]
    return paths


def folders():
    return sorted(path.parent.relative_to(ROOT) for path in (ROOT / "app").glob("*/__init__.py"))


def test_nothing_is_named_that_is_not_there():
    assert [path for path in named() if not (ROOT / path).exists()] == []
    assert len(named()) == len(set(named()))


def test_every_room_has_its_place_and_its_sentence():
    headings = re.findall(r"^## (app/\w+)(?::.*)?$", PAGE, re.M)
    assert sorted(headings) == [str(folder) for folder in folders()]
    assert [str(folder) for folder in folders() if not _sentence(folder)] == []


def _sentence(folder):
    return (ROOT / folder / "__init__.py").read_text().startswith('"""')


def test_every_file_of_code_is_named():
    code = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if path.name != "__init__.py"
    }
    code |= {
        str(path.relative_to(ROOT))
        for path in (ROOT / "app" / "domain").iterdir()
        if path.suffix in (".csv", ".txt")
    }
    assert sorted(code - set(named())) == []


def test_a_room_has_the_files_of_a_room_and_no_others():
    """models, queries, actions, forms, views; any of them may be a folder.

    Kit, domain and the tools are no rooms.
    """
    allowed = {
        "__init__",
        "models",
        "queries",
        "actions",
        "forms",
        "views",
        "__pycache__",
    }
    more = {"app/delivery": {"engine", "carriers"}}
    tools = {"app/domain", "app/core", "app/migrations", "app/dbdoctor"}
    strange = {
        str(folder): extra
        for folder in folders()
        if str(folder) not in tools
        and (
            extra := {path.stem for path in (ROOT / folder).iterdir()}
            - allowed
            - more.get(str(folder), set())
        )
    }
    assert strange == {}


def test_every_open_room_is_a_folder_of_its_own():
    assert {f"app/{room.import_name.split('.')[1]}" for room in BLUEPRINTS} <= {
        str(folder) for folder in folders()
    }


def test_no_drawer_for_odds_and_ends():
    """One noun a file."""
    drawers = {"utils", "helpers", "common", "misc", "manager", "service"}
    assert [path for path in (ROOT / "app").rglob("*.py") if path.stem in drawers] == []
