"""A copy of the program in a folder of its own, started as a process with an environment of its
own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("wsgi.py", "gunicorn.conf.py")
START = """
from app import startup
startup.prepare_to_serve()
import wsgi
startup.announce_start(wsgi.app, "http://127.0.0.1:5000")
"""


class ProgramCopy:
    """`run()` starts a command in it with an environment of nothing but what is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        # With what Python compiled: a start without takes twice as long.
        shutil.copytree(ROOT / "app", folder / "app")
        shutil.copytree(ROOT / "server", folder / "server")
        for name in NEEDED:
            shutil.copy(ROOT / name, folder / name)
        self.program = {path.name for path in folder.iterdir()}

    def remove_what_it_wrote(self) -> None:
        """Leave nothing but the program in the folder."""
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in self.program:
                shutil.rmtree(path)
            elif path.name not in self.program:
                path.unlink()

    def run(self, *command: str, cwd: Path | None = None, **environment: str):
        """The finished process, with what it said."""
        basics = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            [sys.executable, *command],
            cwd=cwd or self.folder,
            env=basics | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, **more):
        """Start the program as gunicorn's hooks do, and end."""
        return self.run("-c", START, **more)

    def write_env(self, **values: str) -> None:
        """The file .env."""
        (self.folder / ".env").write_text(
            "".join(f"{name}={value}\n" for name, value in values.items())
        )
