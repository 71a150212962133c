"""What `make lint` says, a test each: style, shape, types, arrows, templates.

Green on a clean clone, or not merged.
"""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sysconfig.get_path("scripts"))
COMMANDS = {
    "ruff": [TOOLS / "ruff", "check", "."],
    "format": [TOOLS / "ruff", "format", "--check", "."],
    "mypy": [TOOLS / "mypy"],
    "arrows": [TOOLS / "lint-imports"],
    "djlint": [TOOLS / "djlint", "app/templates", "--lint", "--quiet"],
}
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_the_linters_are_content(name):
    done = subprocess.run(COMMANDS[name], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_lint_runs_the_same():
    lint = MAKEFILE.split("\nlint:", 1)[1].split("\n\n", 1)[0]
    said = {
        " ".join(line.split("$(BIN)/", 1)[1].split())
        for line in lint.splitlines()
        if "$(BIN)/" in line
    }
    assert said == {" ".join([Path(first).name, *rest]) for first, *rest in COMMANDS.values()}


def test_ci_runs_make_test_and_make_test_runs_everything():
    ci = (ROOT / ".ci" / "run").read_text()
    assert [line for line in ci.splitlines() if line.startswith("make")] == ["make test"]
    assert "$(BIN)/python -m pytest" in MAKEFILE.split("\ntest:", 1)[1].split("\n\n", 1)[0]


def test_packages_are_pinned():
    lines = [
        line.split("#")[0].strip()
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text().splitlines()
    ]
    assert [
        line for line in lines if line and not line.startswith("-r ") and "==" not in line
    ] == []


def test_the_law_book_needs_nothing_but_python_and_phonenumbers():
    """Imported alone, in a process of its own, it brings no web, no database and no heavy
    tables with it.
    """
    names = sorted(
        path.stem for path in (ROOT / "app" / "domain").glob("*.py") if path.stem != "__init__"
    )
    program = (
        "import importlib, sys, types\n"
        f"sys.modules['app'] = types.ModuleType('app'); sys.modules['app'].__path__ = [{str(ROOT / 'app')!r}]\n"
        f"for name in {names}: importlib.import_module('app.domain.' + name)\n"
        "bad = {'flask', 'sqlalchemy', 'twilio', 'aiohttp', 'wtforms', 'phonenumbers.geocoder'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(bad)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
