"""Steps of tests that are done once: what pages stored is copied for every later test."""

import shutil
from pathlib import Path

from app.core.db import db


class CopiedSteps:
    """Databases of this process as steps left them, and what the steps returned.

    Sending a blast by the pages takes a third of a second of the processor, copying the file 3 ms.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = {}

    def take(self, app, steps, *values):
        """Do `steps(app, *values)`, or bring what they stored the first time; return their result.

        The app is fresh: nothing was audited before. Steps of one name in one file store the same.
        """
        name = f"{steps.__module__}.{steps.__qualname__}"
        folder = self.folder / name
        database = app.extensions["settings"].database_path
        if name not in self.results:
            self.results[name] = steps(app, *values)
            _copy(app, database.parent, folder, database.name)
        else:
            assert not list(database.parent.glob("*.audit_*")), "steps come first in a test"
            _copy(app, folder, database.parent, database.name)
        return self.results[name]


def _copy(app, source: Path, target: Path, name: str) -> None:
    """Copy the database and what is beside it, the keys of its audit."""
    with app.app_context():
        # Closes the last connection, which moves the -wal file into the file.
        db.engine.dispose()
    target.mkdir(exist_ok=True)
    for path in source.glob(f"{name}*"):
        shutil.copy(path, target / path.name)
