"""The runs of backups and restore tests, and when what was made last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.backups.models import BackupKind, BackupRun, BackupState
from app.core.db import db
from app.domain.backups.backup_plan import BackupHistory

SHOWN_RUNS = 15
COPY_KINDS = (BackupKind.HOURLY, BackupKind.NIGHTLY, BackupKind.MANUAL)
ENDED_STATES = (BackupState.DONE, BackupState.FAILED)


@dataclass(frozen=True)
class NewestRuns:
    """The newest run of each kind and state; `began_at`: when the first run that is stored began.

    None of either before the first run.
    """

    by_kind_and_state: Mapping[tuple[BackupKind, BackupState], BackupRun]
    began_at: datetime | None

    def find_newest(
        self, kinds: Sequence[BackupKind], states: Sequence[BackupState]
    ) -> BackupRun | None:
        """Return the newest run of these kinds and states, None before the first."""
        runs = [
            run
            for (kind, state), run in self.by_kind_and_state.items()
            if kind in kinds and state in states
        ]
        return max(runs, key=lambda run: run.id, default=None)


def load_newest_runs() -> NewestRuns:
    """Read them with one statement: Home asks on every look."""
    newest_ids = select(func.max(BackupRun.id)).group_by(BackupRun.kind, BackupRun.state)
    began_at = select(func.min(BackupRun.started_at)).scalar_subquery()
    rows = db.session.execute(select(BackupRun, began_at).where(BackupRun.id.in_(newest_ids))).all()
    runs = {(run.kind, run.state): run for run, _ in rows}
    return NewestRuns(runs, rows[0][1] if rows else None)


def load_backup_history() -> BackupHistory:
    """Return when what was made last, and what failed since."""
    return build_backup_history(load_newest_runs())


def build_backup_history(runs: NewestRuns) -> BackupHistory:
    """Return when what was made last, and what failed since, of runs that have been read."""

    def find_time(kinds: Sequence[BackupKind], state: BackupState) -> datetime | None:
        run = runs.find_newest(kinds, [state])
        return run.started_at if run else None

    return BackupHistory(
        copy_at=find_time(COPY_KINDS, BackupState.DONE),
        nightly_at=find_time([BackupKind.NIGHTLY], BackupState.DONE),
        failed_at=find_time(COPY_KINDS, BackupState.FAILED),
        drill_at=find_time([BackupKind.DRILL], BackupState.DONE),
        drill_failed_at=find_time([BackupKind.DRILL], BackupState.FAILED),
    )


def find_running_run() -> BackupRun | None:
    """Return the run that is not over, None when none runs."""
    return db.session.scalars(
        select(BackupRun).where(BackupRun.state == BackupState.RUNNING)
    ).first()


def list_newest_runs() -> Sequence[BackupRun]:
    """Return the newest runs, the newest first."""
    return db.session.scalars(
        select(BackupRun).order_by(BackupRun.id.desc()).limit(SHOWN_RUNS)
    ).all()
