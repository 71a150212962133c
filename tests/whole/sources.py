"""The program's Python files, parsed once for every test that reads the code itself."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
# Released migrations are never edited again.
FROZEN = re.compile(r"app/migrations/m\d{4}_")


@dataclass(frozen=True)
class Source:
    """One Python file. `name` is its path from the project's folder."""

    name: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def feature(self) -> str:
        """The package below app that the file belongs to; "" for a file directly in app."""
        parts = self.name.split("/")
        return parts[1] if len(parts) > 2 else ""


@cache
def read_sources() -> tuple[Source, ...]:
    """Every Python file of app that may be edited, in the order of their paths."""
    sources = []
    for path in sorted(APP.rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if not FROZEN.match(name):
            text = path.read_text()
            sources.append(Source(name, text, ast.parse(text)))
    return tuple(sources)
