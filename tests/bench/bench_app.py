"""Databases with many people in them, and apps over them."""

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import insert

from app import create_app
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.core.settings import Settings
from app.imports.actions.import_running import run_imports
from app.migrations.migration_runner import migrate_database
from tests.sample_people import create_test_users

KEY = "a-key-for-benches-0123456789"
FIRST = (
    "Ana",
    "Zoë",
    "Peter",
    "Jürgen",
    "Siobhán",
    "Ahmed",
    "Grace",
    "Wei",
    "Olena",
    "Łukasz",
    "Tom",
    "Fatima",
)
LAST = (
    "Hernández",
    "Chen",
    "Müller",
    "O'Brien",
    "Khan",
    "Okafor",
    "Smith",
    "Wójcik",
    "Peña",
    "Jackson",
    "Lee",
)


def quiet() -> None:
    """Nothing but the tables is printed."""
    logging.disable(logging.WARNING)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sms-bench-") as name:
        yield Path(name)


def settings(path: Path, **more: object) -> Settings:
    """Settings for a database at `path`."""
    values = {"secret_key": KEY, "app_env": "test", "database_url": f"sqlite:///{path}"}
    return Settings(
        **(
            values
            | {
                "public_base_url": "http://127.0.0.1:9",
                "undo_seconds": 0,
                "log_format": "text",
            }
            | more
        )
    )


def app_with(
    path: Path, people: int, number: Callable[[int], str] | None = None, **more: object
) -> Flask:
    """An app over a new database at `path` with Ada, Sol and so many members; `number` gives
    theirs.
    """
    migrate_database(path, logging.getLogger("bench"))
    app = create_app(settings(path, **more))
    quiet()
    create_test_users(app)
    with app.app_context(), write():
        for start in range(0, people, 10_000):
            some = range(start, min(people, start + 10_000))
            db.session.execute(insert(CommunityMember), [person(n, number or phone) for n in some])
    return app


def person(n: int, number: Callable[[int], str]) -> dict[str, object]:
    """The n-th made-up person."""
    return {"name": name(n), "phone": number(n), "created_at": now()}


def name(n: int) -> str:
    """A name like people's; every twelfth first name and eleventh last name comes again."""
    return f"{FIRST[n % len(FIRST)]} {LAST[n * 7 % len(LAST)]} {n}"


def phone(n: int) -> str:
    """A number that could be a US one; all are different."""
    return f"+1303{2_000_000 + n}"


def scattered(n: int) -> str:
    """The same, but in no order, as numbers come."""
    return f"+1303{2_000_000 + n * 48_271 % 1_000_003}"


def finish_imports(app: Flask) -> None:
    """Write the slices of a confirmed or undone import to the last one, as the scheduler does."""
    with app.app_context():
        run_imports(lambda: False)


@contextmanager
def bystander(app: Flask) -> Iterator[list[float]]:
    """Somebody who writes again and again: how long that took each time, ms."""
    waits: list[float] = []
    done = threading.Event()

    def look_in() -> None:
        with app.app_context():
            while not done.wait(0.005):
                start = time.perf_counter()
                with write() as session:
                    session.execute(db.text("UPDATE organisation SET name = name"))
                waits.append((time.perf_counter() - start) * 1000)

    thread = threading.Thread(target=look_in)
    thread.start()
    try:
        yield waits
    finally:
        done.set()
        thread.join()
