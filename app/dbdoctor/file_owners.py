"""Files that root's dbdoctor makes belong to the user that the program runs as."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.migrations.database_backups import get_backup_folder
from app.migrations.migration_errors import DatabaseNotAccessible

ROOT_ID = 0


def require_owner(path: Path) -> None:
    """Raise DatabaseNotAccessible unless this user owns the database, or is root.

    Files that another user made beside it (-wal, -shm, a copy) would keep the program out.
    """
    user_id = os.geteuid()
    if user_id == ROOT_ID or not path.is_file():
        return
    owner_id = path.stat().st_uid
    if owner_id != user_id:
        raise DatabaseNotAccessible(
            f"{path} belongs to the user {_find_user_name(owner_id)}. Run this command as that "
            f"user: sudo -u {_find_user_name(owner_id)} python -m app.dbdoctor …"
        )


def _find_user_name(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"#{user_id}"


@contextmanager
def leave_files_to_owner(path: Path) -> Iterator[None]:
    """Give what the block makes to the owner of the database, or of its folder.

    Only root can. Otherwise a copy could not be read, and a lock file not be opened, by the
    program itself.
    """
    if os.geteuid() != ROOT_ID:
        yield
        return
    owner = _find_owner(path)
    try:
        yield
    finally:
        if owner is not None and owner[0] != ROOT_ID:
            for file in _list_own_files(path):
                _give_to(file, owner)


def _find_owner(path: Path) -> tuple[int, int] | None:
    """Return the ids of user and group of the database, or of the nearest folder there is."""
    for place in (path, *path.parents):
        if place.exists():
            status = place.stat()
            return status.st_uid, status.st_gid
    return None


def _list_own_files(path: Path) -> Iterator[Path]:
    """Yield the database, all that is named after it, and the copies with their folder."""
    yield path.parent
    yield from path.parent.glob(f"{path.name}*")
    yield from path.parent.glob(f".{path.name}*")
    backups = get_backup_folder(path)
    if backups.is_dir():
        yield backups
        yield from backups.glob(f"{path.stem}-*")


def _give_to(file: Path, owner: tuple[int, int]) -> None:
    # What belongs to somebody else already is theirs on purpose.
    if file.lstat().st_uid == ROOT_ID:
        os.chown(file, *owner, follow_symlinks=False)
