"""The runs of backups and restore tests, and when what was made last."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.backups.models import BackupKind, BackupRun, BackupState
from app.core.db import db
from app.domain.backups.backup_plan import BackupHistory

SHOWN_RUNS = 15


def load_backup_history() -> BackupHistory:
    """Return when what was made last, and what failed since."""
    run = BackupRun
    statement = select(run.kind, run.state, func.max(run.started_at)).group_by(run.kind, run.state)
    newest: dict[tuple[BackupKind, BackupState], datetime] = {}
    for kind, state, started_at in db.session.execute(statement):
        newest[kind, state] = started_at
    copies = (BackupKind.HOURLY, BackupKind.NIGHTLY, BackupKind.MANUAL)
    return BackupHistory(
        copy_at=_find_newest(newest, copies, BackupState.DONE),
        nightly_at=newest.get((BackupKind.NIGHTLY, BackupState.DONE)),
        failed_at=_find_newest(newest, copies, BackupState.FAILED),
        drill_at=newest.get((BackupKind.DRILL, BackupState.DONE)),
        drill_failed_at=newest.get((BackupKind.DRILL, BackupState.FAILED)),
    )


def _find_newest(
    newest: dict[tuple[BackupKind, BackupState], datetime],
    kinds: Sequence[BackupKind],
    state: BackupState,
) -> datetime | None:
    moments = [newest[kind, state] for kind in kinds if (kind, state) in newest]
    return max(moments, default=None)


def find_newest_run(kinds: Sequence[BackupKind]) -> BackupRun | None:
    """Return the newest run of these kinds that is over, None before the first."""
    run = BackupRun
    is_over = (run.kind.in_(kinds), run.state != BackupState.RUNNING)
    return db.session.scalars(select(run).where(*is_over).order_by(run.id.desc())).first()


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


def find_first_run_time() -> datetime | None:
    """Return when the first run that is still stored began: since when backups are made here."""
    return db.session.scalar(select(func.min(BackupRun.started_at)))
