"""Errors of opening, migrating and copying a database: each says what is wrong and what to do."""

from pathlib import Path

from app.domain.texts.contained_phrases import contains_any

# How SQLite calls an index that does not agree with its table.
INDEX_DAMAGE_WORDS = ("missing from index", "# of entries in index", "non-unique entry in index")


class MigrationError(Exception):
    """The database was left as it was.

    `str()` is one clear sentence or two, for the person at the terminal.
    """


class NotSqliteFile(MigrationError):
    """The path names something that is not a SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is not a SQLite database. Check DATABASE_URL, or restore a backup."
        )


class ForeignDatabase(MigrationError):
    """A SQLite file of another program."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} belongs to another program: it has tables, but none of SMS Admin. "
            "Check DATABASE_URL."
        )


class DatabaseDamaged(MigrationError):
    """SQLite cannot read all of the file."""

    def __init__(self, path: Path, cause: str) -> None:
        advice = "Restore a backup: python -m app.dbdoctor --restore FILE."
        if contains_any(cause, INDEX_DAMAGE_WORDS):
            # An index holds nothing that is not in its table.
            advice = "To fix it, run: python -m app.dbdoctor --fix."
        super().__init__(f"{path} is damaged ({cause}). {advice}")


class DatabaseLost(MigrationError):
    """The file is empty, and was not always."""

    def __init__(self, path: Path, witness: Path) -> None:
        super().__init__(
            f"{path} is empty, and a database was here ({witness} belongs to it). "
            "Restore a backup: python -m app.dbdoctor --restore FILE. "
            "To start over with an empty database instead, delete that file."
        )


class DatabaseTooNew(MigrationError):
    """The database has seen a newer version of this program."""

    def __init__(
        self,
        path: Path,
        version: int,
        newest: int,
    ) -> None:
        super().__init__(
            f"{path} was made by a newer version of SMS Admin "
            f"(migration {version}; this version knows {newest}). "
            "Install that version, or restore a backup made before the upgrade."
        )


class MigrationEdited(MigrationError):
    """An applied migration differs from the code's migration of that version."""


class MigrationFailed(MigrationError):
    """A migration failed and was rolled back completely.

    `backup` is the copy made before, if any.
    """

    def __init__(
        self,
        version: int,
        name: str,
        cause: str,
        backup: Path | None,
    ) -> None:
        sentence = f"Migration {version} ({name}) failed and was rolled back: {cause}."
        if backup:
            sentence += f" A backup from before is at {backup}."
        super().__init__(sentence)
        self.version = version
        self.backup = backup


class BackupFailed(MigrationError):
    """No backup could be made, so nothing was started."""


class NoRoom(BackupFailed):
    """The disk has no room for the copy that comes first."""

    def __init__(self, path: Path, needed: int, free: int) -> None:
        super().__init__(
            f"There is no room for a copy of {path}: it needs {needed // 2**20} MB, and "
            f"{free // 2**20} MB are free. Nothing was changed. Free some space and try again."
        )


class DatabaseNotAccessible(MigrationError):
    """The file or its folder cannot be opened, read or written."""


class DatabaseLocked(MigrationError):
    """Another program held the write lock for too long."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is locked: another program has been writing to it for too long. "
            "Stop it and try again."
        )
