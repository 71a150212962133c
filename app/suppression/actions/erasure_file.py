"""The erasures, kept in a file beside the database: a copy that is restored knows nothing of them.

One JSON object a line: the hash of a number, never the number.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from app.core.column_types import datetime_to_db
from app.core.db import db
from app.suppression.models import ErasedNumber


@dataclass(frozen=True)
class KeptErasure:
    """One erased number. `erased_at` as the database writes it."""

    phone_hash: str
    opted_out: bool
    erased_by: str
    erased_at: str


def get_erasure_file(database: Path) -> Path:
    """Return the path of the file that belongs to this database."""
    return database.with_name(f"{database.name}.erasures")


def read_kept_erasures(database: Path) -> dict[str, KeptErasure]:
    """Return the erasures by hash; the last line of a hash counts, a torn line does not."""
    erasures: dict[str, KeptErasure] = {}
    try:
        lines = get_erasure_file(database).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return erasures
    for line in lines:
        try:
            erasure = KeptErasure(**json.loads(line))
        except (ValueError, TypeError):
            continue
        erasures[erasure.phone_hash] = erasure
    return erasures


def keep_erasures(database: Path, erasures: Iterable[KeptErasure]) -> int:
    """Add the erasures that the file does not have yet; return how many. Raises OSError.

    Only its owner may read it. Idempotent.
    """
    file_erasures = read_kept_erasures(database)
    lines = []
    for erasure in erasures:
        if file_erasures.get(erasure.phone_hash) != erasure:
            lines.append(json.dumps(asdict(erasure)))
    if not lines:
        return 0
    handle = os.open(
        get_erasure_file(database), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
    )
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        # A line end first: the last line may be torn.
        file.write("\n" + "\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(lines)


def list_stored_erasures() -> list[KeptErasure]:
    """Return the erasures that the database knows."""
    rows = db.session.execute(
        select(
            ErasedNumber.phone_hash,
            ErasedNumber.opted_out,
            ErasedNumber.erased_by,
            ErasedNumber.erased_at,
        )
    )
    return [
        KeptErasure(hash_, bool(opted_out), by or "", datetime_to_db(at))
        for hash_, opted_out, by, at in rows
    ]
