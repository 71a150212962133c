"""The database: one engine, plain reads, and one door to a commit."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, MetaData, SelectBase, UpdateBase, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry

from app.core.column_types import TYPE_ANNOTATION_MAP

LOCK_WAIT_SECONDS = 10
CONSTRAINT_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every model stands on.

    (Flask-SQLAlchemy refuses `type_annotation_map` here: the registry carries it.)
    """

    registry = registry(type_annotation_map=TYPE_ANNOTATION_MAP)
    metadata = MetaData(naming_convention=CONSTRAINT_NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:  # mypy cannot see through the base class that Flask-SQLAlchemy makes at run time

    class Model(Base):
        """What every table of the house is."""

        __abstract__ = True
else:
    Model = db.Model


class NotFound(Exception):
    """The row that an action should change is gone, or never was."""


class UniqueViolation(Exception):
    """The database refused a row because its unique value is there already.

    `column` names it: "table.column".
    """

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class WriteLockTimeout(Exception):
    """Somebody else was writing for longer than WAIT_SECONDS: nothing was saved, try again."""


def is_disk_full(error: BaseException) -> bool:
    """Whether the database could not be written because there is no room on the disk.

    Nothing was saved then.
    """
    return isinstance(error, OperationalError) and "disk is full" in str(error.orig)


class _WriteLock:
    """One writer at a time in this process; says so at once when a thread would wait for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None

    def acquire(self, patience: float | None = None) -> None:
        me = threading.get_ident()
        if self._owner == me:
            raise RuntimeError("write() inside write(): actions never open their own")
        if not self._lock.acquire(timeout=LOCK_WAIT_SECONDS if patience is None else patience):
            raise WriteLockTimeout
        self._owner = me

    def release(self) -> None:
        self._owner = None
        self._lock.release()


WRITE_LOCK = _WriteLock()
# `driver`: the connection that raw_connection() gives this thread while it writes
_WRITE_STATE = threading.local()


def configure_connection(connection: sqlite3.Connection) -> None:
    """The rules of every connection of this product: our own BEGINs, WAL, FULL, foreign keys,
    patience.
    """
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={LOCK_WAIT_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_connect(connection: Any, record: Any) -> None:
    configure_connection(connection)
    record.info["patience"] = LOCK_WAIT_SECONDS


def _on_begin(connection: Connection) -> None:
    patience = connection.get_execution_options().get("write")
    if patience is None:
        connection.exec_driver_sql("BEGIN")
        return
    if patience != connection.info["patience"]:
        connection.info["patience"] = patience
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience * 1000}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def install_database(app: Flask) -> None:
    """Give the app its database. Makes no tables: migrations do."""
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _on_connect)
        event.listen(db.engine, "begin", _on_begin)


def execute_and_count_rows(statement: UpdateBase) -> int:
    """Run an UPDATE, DELETE or INSERT and say how many rows it changed. Inside write() only."""
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount


def raw_connection() -> sqlite3.Connection:
    """The connection below SQLAlchemy, inside write(): for the few statements that run with
    every receipt.

    Their values go in as they are stored: a moment as `columns.stored()` writes it.
    """
    known = getattr(_WRITE_STATE, "driver", None)
    return cast(
        "sqlite3.Connection",
        known or db.session.connection().connection.driver_connection,
    )


def compile_as_json(wanted: SelectBase) -> str:
    """This select for `rows_of()`.

    What is given with it stands in it as `literal_column(":b_…")`.
    """
    columns = ", ".join(wanted.selected_columns.keys())
    rows = wanted.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return f"SELECT json_group_array(json_array({columns})) FROM ({rows})"


def fetch_as_json(statement: str, **given: Any) -> list[list[Any]]:
    """The rows of a select that was laid out `in_one_step()`, their values as they are stored.

    Inside write() only.

    Whoever reads row by row gives Python's lock away with every row and must wait for it again,
    forty times for forty rows. Here SQLite hands over one JSON list.
    """
    found: list[list[Any]] = json.loads(raw_connection().execute(statement, given).fetchone()[0])
    return found


@contextmanager
def write(patience: float | None = None) -> Iterator[Session]:
    """The only door to a commit.

    Compute first, then write: no hashing, parsing, rendering or network inside, and nothing
    read before it is trusted inside. Raises Busy when others, of this process and of another
    together, hold on for longer than `patience` (None: WAIT_SECONDS), Taken when a unique value
    is there already; in both cases, and in every other error, nothing is saved.
    """
    session = db.session()
    if session.dirty or session.new or session.deleted:
        raise RuntimeError("changed before write(): change rows inside it")
    session.rollback()
    until = time.monotonic() + (LOCK_WAIT_SECONDS if patience is None else patience)
    WRITE_LOCK.acquire(patience)
    try:
        connection = session.connection(
            execution_options={"write": max(0, round(until - time.monotonic()))}
        )
        _WRITE_STATE.driver = connection.connection.driver_connection
        yield session
        session.commit()
    except BaseException as error:
        session.rollback()
        raise _translate_database_error(error) from error
    finally:
        _WRITE_STATE.driver = None
        WRITE_LOCK.release()


def _translate_database_error(error: BaseException) -> BaseException:
    for ours in (OperationalError, IntegrityError):
        if isinstance(
            error, getattr(sqlite3, ours.__name__)
        ):  # of driver(): what SQLAlchemy would have made of it
            error = ours(None, None, error)
    if isinstance(error, IntegrityError) and "UNIQUE constraint failed: " in str(error.orig):
        return UniqueViolation(str(error.orig).split(": ", 1)[1])
    if isinstance(error, OperationalError) and "locked" in str(error.orig):
        return WriteLockTimeout()
    return error
