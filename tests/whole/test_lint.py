"""That CI runs the linters and every test, that packages are pinned, that the domain is pure."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import POOLS
from tests.whole.sources import read_sources

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


LINTERS = ("ruff check .", "ruff format --check .", "mypy", "lint-imports", "djlint app/templates")


def read_recipe(target):
    """The commands of a target of the Makefile."""
    return MAKEFILE.split(f"\n{target}:", 1)[1].split("\n\n", 1)[0]


@pytest.mark.parametrize("linter", LINTERS)
def test_make_lint_runs_every_linter(linter):
    assert f"$(BIN)/{linter}" in read_recipe("lint")


def test_ci_runs_the_linters_and_every_test():
    ci = (ROOT / ".ci" / "run").read_text()
    commands = [line for line in ci.splitlines() if line.startswith("make")]
    assert commands == ["make lint", "make test"]
    assert "$(BIN)/python -m tests.run" in read_recipe("test")


def test_the_pools_of_make_test_leave_no_test_out():
    waiting, *others = POOLS
    assert waiting.markers == "(slow or browser) and not torture"
    assert {pool.markers for pool in others} == {"not slow and not browser and not torture"}
    folders = {Path(path) for pool in others for path in pool.paths} | {ROOT / "tests" / "browser"}
    assert {path.parent for path in ROOT.glob("tests/**/test_*.py")} == folders
    for path in ROOT.glob("tests/browser/test_*.py"):
        assert re.search(r"^pytestmark = .*mark.browser", path.read_text(), re.M), path


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_its_hashes(name):
    text = (ROOT / name).read_text()
    packages = re.split(r"\n(?=\S)", text.strip())
    assert [each for each in packages if "==" not in each or "--hash=sha256:" not in each] == []
    assert "--require-hashes -r " + name in MAKEFILE


def test_the_domain_needs_nothing_but_python_phonenumbers_and_nameparser():
    """Imported alone, in a process of its own, it brings no web, no database and no heavy
    tables with it.
    """
    names = sorted(
        source.module for source in read_sources() if source.module.startswith("app.domain")
    )
    program = (
        "import importlib, sys, types\n"
        "sys.modules['app'] = types.ModuleType('app')\n"
        f"sys.modules['app'].__path__ = [{str(ROOT / 'app')!r}]\n"
        f"for name in {names}: importlib.import_module(name)\n"
        "heavy = {'flask', 'sqlalchemy', 'twilio', 'aiohttp', 'wtforms', 'phonenumbers.geocoder'}\n"
        "bad = heavy & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(bad)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
