"""Databases and migrations for these tests: made-up steps, a real migrated file, bytes."""

import contextlib
import hashlib
import logging
import shutil
import sqlite3
from pathlib import Path

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database

QUIET = logging.getLogger("tests.migrations")

STEP = '''"""{name}."""

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
    "CREATE TABLE pots (id INTEGER PRIMARY KEY, plant_id INTEGER NOT NULL REFERENCES plants(id) ON DELETE CASCADE)",
    "INSERT INTO pots (plant_id) SELECT id FROM plants",
)


def write_step(folder, number, name, apply, revert=()):
    """Write a migration file; returns it."""
    folder.mkdir(exist_ok=True)
    file = folder / f"m{number:04}_{name}.py"
    file.write_text(STEP.format(name=name, apply=tuple(apply), revert=tuple(revert)))
    find_migrations.cache_clear()
    return file


def garden(folder):
    """Two honest steps: plants, then pots."""
    write_step(folder, 1, "plants", PLANTS, ["DROP TABLE plants"])
    write_step(folder, 2, "pots", POTS, ["DROP TABLE pots"])
    return find_migrations(folder)


def first_only(folder):
    """The first of the garden's steps alone: a version of the program from before the pots."""
    return garden(folder)[:1]


_TEMPLATE: list[Path] = []


def migrated(folder, factory=None):
    """A copy of a database that the real migrations made, in `folder`."""
    if not _TEMPLATE:
        if factory is None:
            raise RuntimeError("ask for the fixture `database` first")
        _TEMPLATE.append(factory.mktemp("migrated") / "sms.db")
        migrate_database(_TEMPLATE[0], QUIET)
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(_TEMPLATE[0], folder / "sms.db"))


def run(path, *statements):
    """Run statements on a file and return the rows of the last one.

    Rules are off: tests break things on purpose.
    """
    rows = []
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


def fingerprint(path):
    """The bytes of a file, in short."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names(folder):
    """The files in a folder."""
    return sorted(each.name for each in folder.iterdir())
