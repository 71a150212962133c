"""The database: the engine, its models' base class, and write(), the only place that commits."""

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, MetaData, UpdateBase, event, update
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry

from app.core.change_watch import find_change_watch, watch_connection
from app.core.column_types import TYPE_ANNOTATION_MAP
from app.core.database_errors import WriteLockTimeout as WriteLockTimeout
from app.core.database_errors import may_repeat_for_ever
from app.core.index_hints import install_index_hints
from app.domain.texts.name_folding import fold_name

LOCK_WAIT_SECONDS = 10
MAX_IDLE_WAL_BYTES = 16 * 1024 * 1024
CONSTRAINT_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base class of every model."""

    # Flask-SQLAlchemy 3.1 refuses a base class with `type_annotation_map`, so the registry has it.
    registry = registry(type_annotation_map=TYPE_ANNOTATION_MAP)
    metadata = MetaData(naming_convention=CONSTRAINT_NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

# mypy cannot see the base class that Flask-SQLAlchemy makes at run time.
if TYPE_CHECKING:

    class Model(Base):
        """Base class of every table's model."""

        __abstract__ = True
else:
    Model = db.Model


class NotFound(Exception):
    """The row that an action should change does not exist (any more)."""


class ChangedMeanwhile(Exception):
    """Somebody else saved the row since the form that changes it was read."""


class UniqueViolation(Exception):
    """The database refused a row because its unique value exists already.

    `column` is the column of that value, written "table.column".
    """

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class _WriteLock:
    """Lock of one writer at a time in this process.

    Raises RuntimeError at once when a thread would wait for itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None

    def acquire(self, timeout_seconds: float = LOCK_WAIT_SECONDS) -> None:
        thread_id = threading.get_ident()
        if self._owner == thread_id:
            raise RuntimeError("write() inside write(): actions never open their own")
        if not self._lock.acquire(timeout=timeout_seconds):
            raise WriteLockTimeout
        self._owner = thread_id

    def release(self) -> None:
        self._owner = None
        self._lock.release()


# SQLite has one writer. Threads that queue here, and not in its busy handler, are served at once:
# without this lock 151 of 200 concurrent posts failed (shared/STYLE.md, H6).
WRITE_LOCK = _WriteLock()
# `connection` is what raw_connection() returns to this thread while it writes.
_WRITE_STATE = threading.local()
# Called after each commit of this process, on the thread that committed: whoever waits for work
# need not look ten times a second whether there is some.
_COMMIT_LISTENERS: list[Callable[[], None]] = []


def add_commit_listener(listener: Callable[[], None]) -> None:
    """Call `listener` after each commit of this process. It must be quick and must not raise."""
    _COMMIT_LISTENERS.append(listener)


def remove_commit_listener(listener: Callable[[], None]) -> None:
    """Call `listener` no more; does nothing when it is not registered."""
    if listener in _COMMIT_LISTENERS:
        _COMMIT_LISTENERS.remove(listener)


def configure_connection(connection: sqlite3.Connection) -> None:
    """Set up a new connection: WAL, synchronous=FULL, foreign keys, time-outs, fold_name()."""
    # None keeps Python's sqlite3 from sending BEGIN by itself; _on_begin() does.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={LOCK_WAIT_SECONDS * 1000}",
        # After a large write or a long reader the write-ahead log stayed at 200 MB for good.
        f"journal_size_limit={MAX_IDLE_WAL_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    # Used in queries and statements only, never in the schema: other programs can read the file.
    connection.create_function("fold_name", 1, fold_name, deterministic=True)


def _build_connect_listener(app: Flask) -> Callable[[Any, Any], None]:
    # SQLAlchemy keeps its listeners for good: one that held the app would keep every app of a
    # process, each with its engine (1.3 GB after 1,000 tests).
    find_app = weakref.ref(app)

    def set_up(connection: Any, record: Any) -> None:
        configure_connection(connection)
        record.info["busy_timeout_seconds"] = LOCK_WAIT_SECONDS
        owner = find_app()
        watch = find_change_watch(owner) if owner is not None else None
        if watch is not None:
            record.info["changed_values"] = watch_connection(connection, watch)

    return set_up


def _on_begin(connection: Connection) -> None:
    timeout_seconds = connection.get_execution_options().get("write")
    if timeout_seconds is None:
        connection.exec_driver_sql("BEGIN")
        return
    # The pragma is one more sqlite3_step: it is sent only when the value changes.
    if timeout_seconds != connection.info["busy_timeout_seconds"]:
        connection.info["busy_timeout_seconds"] = timeout_seconds
        connection.exec_driver_sql(f"PRAGMA busy_timeout={timeout_seconds * 1000}")
    # IMMEDIATE takes the write lock now: a transaction that begins by reading and writes later
    # would fail at once ("database is locked") when another one wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def install_database(app: Flask) -> None:
    """Connect the app to its database. Creates no tables: the migrations do."""
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _build_connect_listener(app))
        event.listen(db.engine, "begin", _on_begin)
        install_index_hints(db.engine)


def execute_and_count_rows(statement: UpdateBase) -> int:
    """Execute an UPDATE, DELETE or INSERT and return the number of changed rows."""
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount


def update_row(model: Any, row_id: int, values: Mapping[str, Any]) -> None:
    """Write these columns of one row of a table, if it exists. Inside write()."""
    db.session.execute(update(model).where(model.id == row_id).values(values))


def raw_connection() -> sqlite3.Connection:
    """Return the sqlite3 connection below SQLAlchemy. For PreparedStatement only.

    Values go in as they are stored, a datetime as datetime_to_db() writes it.
    """
    connection = getattr(_WRITE_STATE, "connection", None)
    if connection is None:
        connection = db.session.connection().connection.driver_connection
    return cast("sqlite3.Connection", connection)


def is_transaction_open() -> bool:
    """Whether the transaction of this write() still stands after an error.

    SQLite undoes only the statement that failed, but after some errors everything.
    """
    return bool(raw_connection().in_transaction)


@contextmanager
def write(timeout_seconds: float | None = None) -> Iterator[Session]:
    """Open the only kind of transaction that commits, and commit when the block ends.

    Compute first, then write: no hashing, parsing, rendering or network inside, and nothing
    that was read before is trusted inside. After any error nothing is saved. Raises
    WriteLockTimeout when other writers, of this process and of others together, hold the
    database for longer than `timeout_seconds` (default LOCK_WAIT_SECONDS), UniqueViolation when
    a unique value exists already, RuntimeError inside another write().
    """
    session = db.session()
    if session.dirty or session.new or session.deleted:
        raise RuntimeError("changed before write(): change rows inside it")
    # Ends the read snapshot: what this thread has read may be old.
    session.rollback()
    if timeout_seconds is None:
        timeout_seconds = LOCK_WAIT_SECONDS
    deadline = time.monotonic() + timeout_seconds
    WRITE_LOCK.acquire(timeout_seconds)
    try:
        # What is left of the time is for the lock of the file, which other processes hold.
        seconds_left = max(0, round(deadline - time.monotonic()))
        connection = session.connection(execution_options={"write": seconds_left})
        _WRITE_STATE.connection = connection.connection.driver_connection
        changed_values: set[str] = connection.info.get("changed_values", set())
        # What is left of a transaction that was rolled back.
        changed_values.clear()
        yield session
        session.commit()
        # Before the lock is released: the next writer may use the same connection.
        written_values = frozenset(changed_values)
    except BaseException as error:
        session.rollback()
        discard_broken_connections(error)
        raise _translate_database_error(error) from error
    finally:
        _WRITE_STATE.connection = None
        WRITE_LOCK.release()
    for listener in tuple(_COMMIT_LISTENERS):
        listener()
    watch = find_change_watch(current_app) if written_values else None
    if watch is not None:
        watch.listener(written_values)


def discard_broken_connections(error: BaseException) -> None:
    """Close the pooled connections after an error that they would repeat for ever."""
    if may_repeat_for_ever(error):
        db.engine.dispose()


def _translate_database_error(error: BaseException) -> BaseException:
    """Return the domain error that a database error stands for, else the error itself."""
    # Errors of raw_connection() come as sqlite3's own: wrap them as SQLAlchemy would have.
    if isinstance(error, sqlite3.OperationalError):
        error = OperationalError(None, None, error)
    elif isinstance(error, sqlite3.IntegrityError):
        error = IntegrityError(None, None, error)
    elif isinstance(error, sqlite3.DatabaseError):
        error = DatabaseError(None, None, error)
    if isinstance(error, IntegrityError) and "UNIQUE constraint failed: " in str(error.orig):
        return UniqueViolation(str(error.orig).split(": ", 1)[1])
    if isinstance(error, OperationalError) and "locked" in str(error.orig):
        return WriteLockTimeout()
    return error
