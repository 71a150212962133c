"""The migrations in the code: files `m0001_*.py`, their versions and checksums."""

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
    """One migration. `name` is that of its file without the m and the ending: 0001_first_tables."""

    version: int
    name: str
    checksum: str
    file: Path

    def load_module(self) -> ModuleType:
        """Import its file, which has apply() and revert(), both with (connection, logger)."""
        spec = importlib.util.spec_from_file_location(f"app.migrations.{self.file.stem}", self.file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.file} cannot be read")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


@functools.cache
def find_migrations(folder: Path = MIGRATIONS_FOLDER) -> tuple[Migration, ...]:
    """Return the migrations in `folder`, in order.

    Raises ValueError unless their versions are 1, 2, 3 and so on.
    """
    # Cached: each checksum parses a file, and the doctor asks several times.
    migrations = []
    for file in sorted(folder.glob("m*.py")):
        match = FILE_NAME_PATTERN.fullmatch(file.name)
        if match is None:
            continue
        name = f"{match[1]}_{match[2]}"
        checksum = compute_migration_checksum(file.read_bytes())
        migrations.append(Migration(int(match[1]), name, checksum, file))
    versions = [migration.version for migration in migrations]
    if versions != list(range(1, len(migrations) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered 1, 2, 3 …")
    return tuple(migrations)


def compute_migration_checksum(source: bytes | str) -> str:
    """Return the SHA-256 of what a module does.

    Comments, docstrings and formatting may change; statements may not.
    """
    # Not of ast.dump(), whose text changes between Python versions: an upgrade of Python must not
    # look like an edit.
    text = "\n".join(_dump_syntax_tree(ast.parse(source), 0))
    return hashlib.sha256(text.encode()).hexdigest()


def _dump_syntax_tree(node: ast.AST, depth: int) -> Iterator[str]:
    """Yield one line for each node and field, indented by depth."""
    indent = " " * depth
    yield f"{indent}{type(node).__name__}"
    for name, value in ast.iter_fields(node):
        items = [value]
        if isinstance(value, list):
            items = _strip_docstring(node, value)
        for item in items:
            if isinstance(item, ast.AST):
                yield f"{indent} .{name}"
                yield from _dump_syntax_tree(item, depth + 2)
            # Empty fields are left out: newer Python versions add such fields.
            elif item is not None:
                yield f"{indent} .{name}={item!r}"


def _strip_docstring(node: ast.AST, body: list[ast.AST]) -> list[ast.AST]:
    if not isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
        return body
    if body is node.body and ast.get_docstring(node) is not None:
        return body[1:]
    return body
