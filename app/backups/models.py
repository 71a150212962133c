"""The runs of backups and restore tests."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import bool_default_false, enum_column, primary_key, timestamp
from app.core.db import Model


class BackupKind(StrEnum):
    """Why a copy was made; DRILL: a copy was restored in a scratch folder and looked at."""

    HOURLY = "hourly"
    NIGHTLY = "nightly"
    MANUAL = "manual"
    DRILL = "drill"


class BackupState(StrEnum):
    """Whether a run is over, and how it ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class BackupError(StrEnum):
    """Why a run failed."""

    DISK_FULL = "disk_full"
    NOT_WRITABLE = "not_writable"
    DAMAGED = "damaged"
    LOCKED = "locked"
    STOPPED = "stopped"
    PASSPHRASE = "passphrase"
    UNREADABLE = "unreadable"
    UNHEALTHY = "unhealthy"
    FAILED = "failed"


class BackupRun(Model):
    """One backup, or one restore test. At most one is running.

    `seconds`: how long it took; `details`: what a restore test found, in words, or the
    names of files beside the database that a backup could not copy; `command_failed`:
    the copy is good, but BACKUP_COMMAND did not take it.
    """

    __tablename__ = "backup_runs"
    __column_classes__ = ColumnClasses(administrative="file_name details")
    __table_args__ = (
        Index("ix_backup_runs_kind", "kind", "state", "started_at"),
        Index(
            "uq_backup_runs_running", "state", unique=True, sqlite_where=text("state = 'running'")
        ),
        CheckConstraint("(finished_at IS NULL) = (state = 'running')", name="finished"),
        CheckConstraint("(error IS NOT NULL) = (state = 'failed')", name="failed"),
    )

    id: Mapped[primary_key]
    kind: Mapped[BackupKind] = mapped_column(enum_column(BackupKind, "kind"))
    state: Mapped[BackupState] = mapped_column(enum_column(BackupState, "state"))
    started_at: Mapped[timestamp]
    finished_at: Mapped[timestamp | None]
    file_name: Mapped[str | None] = mapped_column(String(200))
    size_bytes: Mapped[int | None]
    seconds: Mapped[float | None]
    error: Mapped[BackupError | None] = mapped_column(enum_column(BackupError, "error"))
    details: Mapped[str | None] = mapped_column(String(600))
    command_failed: Mapped[bool_default_false]
