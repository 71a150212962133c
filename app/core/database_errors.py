"""Errors of the database: what is about the file, the disk or a lock, and what about one row."""

import sqlite3

from sqlalchemy.exc import DatabaseError


class WriteLockTimeout(Exception):
    """Other writers held the database for longer than the time-out. Nothing was saved."""


# What reading and writing raises when the database as a whole cannot be used now, and also when
# one row cannot be read: is_storage_error() tells them apart. sqlite3's own come from connections
# below SQLAlchemy, and while a connection is being made.
DATABASE_ERRORS = (WriteLockTimeout, DatabaseError, sqlite3.Error)
# After these SQLite answers every statement of the same connection in the same way, also when the
# file is writable or whole again: a file that was opened read-only stays so.
_CONNECTION_ERROR_CODES = frozenset(
    {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)
_STORAGE_ERROR_CODES = _CONNECTION_ERROR_CODES | {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_AUTH,
}


def is_disk_full(error: BaseException) -> bool:
    """Whether the write failed because the disk is full. Nothing was saved then."""
    return _get_error_code(error) == sqlite3.SQLITE_FULL


def is_damage(error: BaseException) -> bool:
    """Whether SQLite met something in the file that cannot be right."""
    return _get_error_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_storage_error(error: BaseException) -> bool:
    """Whether the file, the disk or a lock is the trouble, and not what a single row holds."""
    return isinstance(error, WriteLockTimeout) or _get_error_code(error) in _STORAGE_ERROR_CODES


def may_repeat_for_ever(error: BaseException) -> bool:
    """Whether the connection that raised this would raise it again whatever becomes of the file."""
    return _get_error_code(error) in _CONNECTION_ERROR_CODES


def describe_database_error(error: BaseException) -> str:
    """Return the database's own words, without anything that was to be stored."""
    if isinstance(error, WriteLockTimeout):
        return "busy"
    # str() of SQLAlchemy's errors would show the statement's parameters: phones and texts
    return str(getattr(error, "orig", None) or error)


def _get_error_code(error: BaseException) -> int | None:
    """Return SQLite's primary result code of an error, None when it is not SQLite's."""
    code = getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", None)
    # The low byte; the rest says more closely which kind it was.
    return None if code is None else code & 0xFF
