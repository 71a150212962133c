"""The secret key of `make run`, kept in the instance folder so that sessions outlive a restart."""

import contextlib
import os
import secrets
from pathlib import Path


def read_development_key(folder: Path) -> str:
    """Return the key that load_development_key() kept in this folder, or "" before there is one."""
    path = folder / "secret_key"
    return path.read_text().strip() if path.exists() else ""


def load_development_key(folder: Path) -> str:
    """Return the secret key of `make run`, which the first call writes to the instance folder.

    Only the file's owner can read it. Several processes may call this at once.
    """
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = folder / f".secret_key.{secrets.token_hex(4)}"
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        # Linking a finished file: the first process wins, and none reads a half-written key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
