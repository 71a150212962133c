"""Why a database cannot be brought to the newest version. Each says one sentence and what to do."""

from pathlib import Path


class MigrationError(Exception):
    """The database was left as it was.

    `str()` is one clear sentence or two, for the person at the terminal.
    """


class NotSqliteFile(MigrationError):
    """The path leads to something that is not a SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is not a SQLite database. Check DATABASE_URL, or restore a backup."
        )


class ForeignDatabase(MigrationError):
    """A SQLite file that somebody else made."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} belongs to another program: it has tables, but none of SMS Admin. Check DATABASE_URL."
        )


class DatabaseDamaged(MigrationError):
    """SQLite cannot read the file whole."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} is damaged ({why}). Restore a backup: python -m app.dbdoctor --restore FILE."
        )


class DatabaseTooNew(MigrationError):
    """The database has seen a newer version of this program."""

    def __init__(self, path: Path, version: int, newest: int) -> None:
        super().__init__(
            f"{path}: this database was made by a newer version (its migration {version}, ours end at {newest}). "
            "Install that version, or restore a backup made before the upgrade."
        )


class MigrationEdited(MigrationError):
    """What was applied is not what the code has under that number."""


class MigrationFailed(MigrationError):
    """A step went wrong and was rolled back whole.

    `version` is its number, `backup` the copy made before, if any.
    """

    def __init__(self, version: int, name: str, why: str, backup: Path | None) -> None:
        copy = f" A copy from before is at {backup}." if backup else ""
        super().__init__(f"Migration {version} ({name}) failed and was rolled back: {why}.{copy}")
        self.version = version
        self.backup = backup


class BackupFailed(MigrationError):
    """No copy could be made, so nothing was begun."""


class DatabaseNotAccessible(MigrationError):
    """The file or its folder does not let us."""


class DatabaseLocked(MigrationError):
    """Somebody else was writing for too long."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is locked: another program has been writing to it for too long. Stop it and try again."
        )
