"""The processes that make and test backups, beside the serving one: its pages stay fast."""

import json
import logging
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.backups.actions.run_records import RunOutcome
from app.backups.models import BackupError, BackupKind
from app.core.settings import PROJECT_ROOT, Settings

log = logging.getLogger(__name__)

COPY_TIMEOUT_SECONDS = 2 * 60 * 60
COMMAND_TIMEOUT_SECONDS = 15 * 60
POLL_SECONDS = 0.5
# Pages and texts go first, on a machine with one processor too.
NICE_PYTHON = ("nice", "-n", "15", sys.executable)
MAX_DETAILS_LENGTH = 600
# What a command that copies files elsewhere has no use for.
OWN_PREFIXES = ("TWILIO_", "SMTP_", "ADMIN_", "SECRET_KEY", "BACKUP_PASS", "ERASED_", "ALERT_")
IsStopping = Callable[[], bool]


@dataclass(frozen=True)
class ProcessResult:
    """How a process ended. `code`: None when it was stopped or took too long."""

    code: int | None
    output: str


def run_copy_process(
    settings: Settings, kind: BackupKind, moment: datetime, is_stopping: IsStopping
) -> RunOutcome:
    """Make one backup in a process of its own and return what became of it."""
    arguments = [
        str(settings.database_path),
        str(settings.backup_path),
        kind.value,
        moment.isoformat(),
    ]
    command = [*NICE_PYTHON, "-m", "app.backups.copy_process", *arguments]
    environment = {**os.environ, "BACKUP_PASSPHRASE": settings.backup_passphrase}
    result = run_process(command, environment, COPY_TIMEOUT_SECONDS, is_stopping)
    if result.code is None:
        return RunOutcome(BackupError.STOPPED)
    try:
        values = json.loads(result.output)
    except ValueError:
        return RunOutcome(BackupError.FAILED)
    if "error" in values:
        return RunOutcome(BackupError(values["error"]))
    # Of a copy, the details are what lies beside the database and is not in the backup.
    details = ", ".join(values["missing"])[:MAX_DETAILS_LENGTH] or None
    return RunOutcome(file_name=values["file"], size_bytes=values["bytes"], details=details)


def run_drill_process(settings: Settings, file: Path, is_stopping: IsStopping) -> RunOutcome:
    """Restore a backup in a scratch folder in a process of its own; return what it found."""
    command = [*NICE_PYTHON, "-m", "app.dbdoctor", "--drill", str(file)]
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{settings.database_path}",
        "BACKUP_FOLDER": str(settings.backup_path),
        "BACKUP_PASSPHRASE": settings.backup_passphrase,
    }
    result = run_process(command, environment, COPY_TIMEOUT_SECONDS, is_stopping)
    error = None
    if result.code is None:
        error = BackupError.STOPPED
    elif result.code:
        error = BackupError.UNHEALTHY
    return RunOutcome(error, file.name, details=result.output.strip()[:MAX_DETAILS_LENGTH])


def run_backup_command(command: str, file: Path, is_stopping: IsStopping) -> bool:
    """Run BACKUP_COMMAND with the path of a backup as its last argument; return whether it worked.

    It gets the environment without our own secrets.
    """
    try:
        arguments = [*shlex.split(command), str(file)]
        environment = _drop_own_secrets(os.environ)
        result = run_process(arguments, environment, COMMAND_TIMEOUT_SECONDS, is_stopping)
    except (OSError, ValueError) as error:
        log.warning("BACKUP_COMMAND could not be started (%s)", type(error).__name__)
        return False
    if result.code != 0:
        log.warning("BACKUP_COMMAND failed (%s)", result.code)
    return result.code == 0


def _drop_own_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(OWN_PREFIXES)}


def run_process(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout_seconds: float,
    is_stopping: IsStopping,
) -> ProcessResult:
    """Run a command to its end; end it after the time-out, or when this process is to stop."""
    # Into a file: a full pipe would keep it waiting.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT_ROOT,
            env=dict(environment),
            stdout=output,
            stderr=None,
            # A group of its own, so that what a script has started ends with it.
            start_new_session=True,
        )
        waited = 0.0
        while True:
            try:
                process.wait(POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                waited += POLL_SECONDS
                if waited >= timeout_seconds or is_stopping():
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    return ProcessResult(None, "")
        output.seek(0)
        text = output.read(64 * 1024).decode(errors="replace")
    return ProcessResult(process.returncode, text)
