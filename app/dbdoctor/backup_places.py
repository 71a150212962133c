"""Where backups are and what opens them, by the environment and .env, for the doctor's commands."""

import os
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values

from app.core.settings import PROJECT_ROOT
from app.migrations.backup_names import find_newest_backup_file
from app.migrations.database_backups import get_backup_folder
from app.migrations.migration_errors import MigrationError


def find_passphrase() -> str:
    """Return BACKUP_PASSPHRASE, or what is in the file of BACKUP_PASSPHRASE_FILE; "" for none."""
    passphrase = _read_variable("BACKUP_PASSPHRASE")
    file = _read_variable("BACKUP_PASSPHRASE_FILE")
    if passphrase or not file:
        return passphrase
    return Path(file).read_text().strip()


def find_backup_folder(path: Path) -> Path:
    """Return BACKUP_FOLDER, by default the folder `backups` beside the database."""
    folder = _read_variable("BACKUP_FOLDER")
    return PROJECT_ROOT / folder if folder else get_backup_folder(path)


def find_newest_backup(path: Path, folder: Path) -> Path:
    """Return the newest backup of the database in the folder. Raises MigrationError for none."""
    file = find_newest_backup_file(path, folder, datetime.now(UTC))
    if file is None:
        raise MigrationError(f"There is no backup of {path} in {folder}.")
    return file.path


def _read_variable(name: str) -> str:
    values = {**dotenv_values(PROJECT_ROOT / ".env"), **os.environ}
    return (values.get(name) or "").strip()
