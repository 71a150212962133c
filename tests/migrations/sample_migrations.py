"""Sample migrations, a database that the real migrations made, and helpers around files."""

import contextlib
import hashlib
import logging
import shutil
import sqlite3
import tempfile
from pathlib import Path

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database

QUIET = logging.getLogger("tests.migrations")

MIGRATION_TEMPLATE = '''"""{name}."""

APPLY = {apply!r}
REVERT = {revert!r}


def apply(connection, logger):
    for statement in APPLY:
        connection.execute(statement)


def revert(connection, logger):
    for statement in REVERT:
        connection.execute(statement)
'''

PLANTS = (
    "CREATE TABLE plants (id INTEGER PRIMARY KEY, name TEXT)",
    "INSERT INTO plants (name) VALUES ('fern')",
)
POTS = (
    "CREATE TABLE pots (id INTEGER PRIMARY KEY, "
    "plant_id INTEGER NOT NULL REFERENCES plants(id) ON DELETE CASCADE)",
    "INSERT INTO pots (plant_id) SELECT id FROM plants",
)


def write_migration(folder, number, name, apply, revert=()):
    """Write a migration file; returns it."""
    folder.mkdir(exist_ok=True)
    file = folder / f"m{number:04}_{name}.py"
    file.write_text(MIGRATION_TEMPLATE.format(name=name, apply=tuple(apply), revert=tuple(revert)))
    find_migrations.cache_clear()
    return file


def write_sample_migrations(folder):
    """Write two migrations, plants and pots, and return them."""
    write_migration(folder, 1, "plants", PLANTS, ["DROP TABLE plants"])
    write_migration(folder, 2, "pots", POTS, ["DROP TABLE pots"])
    return find_migrations(folder)


def write_first_migration(folder):
    """Write both and return the first alone, as a program from before the second would know it."""
    return write_sample_migrations(folder)[:1]


_TEMPLATE: list[Path] = []


def copy_migrated_database(folder, factory=None):
    """Copy a database that the real migrations made into `folder` and return its path."""
    if not _TEMPLATE:
        if factory is None:
            raise RuntimeError("ask for the fixture `database` first")
        _TEMPLATE.append(factory.mktemp("migrated") / "sms.db")
        migrate_database(_TEMPLATE[0], QUIET)
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(_TEMPLATE[0], folder / "sms.db"))


# Files of real migrations by their newest version. Every migration takes 20 ms, and most tests
# begin with those up to the one that they are about.
_VERSIONS: dict[int, bytes] = {}


def _remember_version(version):
    """Make the file of a version out of that of the nearest older one."""
    former = max((number for number in _VERSIONS if number < version), default=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sms.db"
        if former:
            file.write_bytes(_VERSIONS[former])
        migrate_database(file, QUIET, find_migrations()[:version])
        _VERSIONS[version] = file.read_bytes()


def make_database(path, version):
    """Make a database at `path` as the real migrations up to `version` leave it."""
    if not _VERSIONS:
        # One run over all of them remembers what each makes; later runs need not replay them.
        _remember_version(len(find_migrations()))
        # What any other begins with: most of a test's time was the migrations before its own.
        for number in range(8, len(find_migrations()), 8):
            _remember_version(number)
    if version not in _VERSIONS:
        _remember_version(version)
    path.write_bytes(_VERSIONS[version])
    return path


def run_sql(path, *statements):
    """Run statements on a file and return the rows of the last one.

    Rules are off: tests break things on purpose.
    """
    rows = []
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


def hash_file(path):
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def list_file_names(folder):
    """Return the sorted names of the files in a folder."""
    return sorted(file.name for file in folder.iterdir())
