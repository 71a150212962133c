"""A copy of the program in a folder of its own, whose commands have an environment of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORKS = Path(__file__).with_name("command_forks.py")
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
        self._forks = subprocess.Popen(
            [sys.executable, "-P", FORKS],  # -P: without this file's folder among the modules
            env=self._basics(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def remove_what_it_wrote(self) -> None:
        """Leave nothing but the program in the folder."""
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in self.program:
                shutil.rmtree(path)
            elif path.name not in self.program:
                path.unlink()

    def run(self, *command: str, cwd: Path | None = None, **environment: str):
        """The finished command, with what it said: a fork of a process that imported the copy."""
        outputs = [self.folder.with_name(name) for name in ("stdout.txt", "stderr.txt")]
        order = {
            "command": command,
            "cwd": str(cwd or self.folder),
            "environment": self._basics() | environment,
            "stdout": str(outputs[0]),
            "stderr": str(outputs[1]),
        }
        self._forks.stdin.write(json.dumps(order) + "\n")
        self._forks.stdin.flush()
        code = int(self._forks.stdout.readline())
        said = [path.read_text() for path in outputs]
        return subprocess.CompletedProcess(command, code, *said)

    def run_real(self, *command: str, **environment: str):
        """The finished command in a Python of its own, with what it said."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=self._basics() | environment,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def close(self) -> None:
        """End the process that forks; it ends when it can read no more."""
        self._forks.communicate()

    def _basics(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, **more):
        """Start the program as gunicorn's hooks do, and end."""
        return self.run("-c", START, **more)

    def write_env(self, **values: str) -> None:
        """The file .env."""
        (self.folder / ".env").write_text(
            "".join(f"{name}={value}\n" for name, value in values.items())
        )
