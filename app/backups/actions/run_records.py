"""Claiming a run, so that one process makes it, and recording what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from app.backups.models import BackupError, BackupKind, BackupRun, BackupState
from app.core.clock import now
from app.core.db import UniqueViolation, db, write

KEPT_RUNS = 500


@dataclass(frozen=True)
class RunOutcome:
    """What became of a run. `error`: None when it worked; `seconds`: how long it took."""

    error: BackupError | None = None
    file_name: str | None = None
    size_bytes: int | None = None
    details: str | None = None
    command_failed: bool = False
    seconds: float = 0.0


def claim_run(kind: BackupKind, moment: datetime) -> int | None:
    """Return the id of a new run; None while another one is running. Opens its own write()."""
    try:
        with write() as session:
            # One row can be running, by a unique index: of several processes one gets it.
            run = BackupRun(kind=kind, state=BackupState.RUNNING, started_at=moment)
            session.add(run)
            session.flush()
            return run.id
    except UniqueViolation:
        return None


def finish_run(run_id: int, outcome: RunOutcome) -> None:
    """Record what became of a run; forget the oldest ones. Opens its own write()."""
    values = {
        "state": BackupState.DONE if outcome.error is None else BackupState.FAILED,
        "finished_at": now(),
        "error": outcome.error,
        "file_name": outcome.file_name,
        "size_bytes": outcome.size_bytes,
        "details": outcome.details,
        "command_failed": outcome.command_failed,
        "seconds": round(outcome.seconds, 1),
    }
    is_running = (BackupRun.id == run_id, BackupRun.state == BackupState.RUNNING)
    newest = select(BackupRun.id).order_by(BackupRun.id.desc()).limit(KEPT_RUNS)
    with write():
        db.session.execute(update(BackupRun).where(*is_running).values(values))
        db.session.execute(delete(BackupRun).where(BackupRun.id.not_in(newest)))


def end_abandoned_run(run: BackupRun) -> None:
    """Record that the process of a run is gone. Opens its own write()."""
    finish_run(run.id, RunOutcome(BackupError.STOPPED))
