"""The steps the code knows: files `m0001_*.py`, their numbers, and a checksum of what they do."""

import ast
import functools
import hashlib
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

MIGRATIONS_FOLDER = Path(__file__).parent
FILE_NAME_PATTERN = re.compile(r"m(\d{4})_([a-z0-9_]+)\.py")


@dataclass(frozen=True)
class Migration:
    """One migration. `name` is its file's without the m and the ending: 0001_first_tables."""

    version: int
    name: str
    checksum: str
    file: Path

    def load_module(self) -> ModuleType:
        """Its code, read now: `apply(connection, logger)` and `revert(connection, logger)`."""
        spec = importlib.util.spec_from_file_location(f"app.migrations.{self.file.stem}", self.file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.file} cannot be read")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


@functools.cache
def find_migrations(folder: Path = MIGRATIONS_FOLDER) -> tuple[Migration, ...]:
    """The steps in `folder`, in order. Raises ValueError unless they are numbered 1, 2, 3 …"""
    found = []
    for file in sorted(folder.glob("m*.py")):
        if match := FILE_NAME_PATTERN.fullmatch(file.name):
            found.append(
                Migration(
                    int(match[1]),
                    f"{match[1]}_{match[2]}",
                    compute_migration_checksum(file.read_bytes()),
                    file,
                )
            )
    if [step.version for step in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered 1, 2, 3 …")
    return tuple(found)


def compute_migration_checksum(source: bytes | str) -> str:
    """The sha256 of what a module does: comments, docstrings and formatting may change,
    statements may not.

    Not of `ast.dump`, whose text changes between Python versions: an upgrade of Python must not
    look like an edit.
    """
    return hashlib.sha256("\n".join(_dump_syntax_tree(ast.parse(source), 0)).encode()).hexdigest()


def _dump_syntax_tree(node: ast.AST, depth: int) -> Iterator[str]:
    """One line a node, indented by depth.

    Empty fields are left out: newer Pythons add such fields.
    """
    yield f"{' ' * depth}{type(node).__name__}"
    for name, value in ast.iter_fields(node):
        for item in _strip_docstring(node, value) if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                yield f"{' ' * depth} .{name}"
                yield from _dump_syntax_tree(item, depth + 2)
            elif item is not None:
                yield f"{' ' * depth} .{name}={item!r}"


def _strip_docstring(node: ast.AST, body: list[ast.AST]) -> list[ast.AST]:
    documented = (
        isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and ast.get_docstring(node) is not None
    )
    return body[1:] if documented and body is getattr(node, "body", None) else body
