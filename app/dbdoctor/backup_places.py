"""Where backups are and what opens them, by the environment and .env, for the doctor's commands."""

import os
from pathlib import Path

from dotenv import dotenv_values

from app.core.settings import PROJECT_ROOT
from app.migrations.backup_names import list_backup_files
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
    files = list_backup_files(path, folder)
    if not files:
        raise MigrationError(f"There is no backup of {path} in {folder}.")
    return files[0].path


def _read_variable(name: str) -> str:
    values = {**dotenv_values(PROJECT_ROOT / ".env"), **os.environ}
    return (values.get(name) or "").strip()
