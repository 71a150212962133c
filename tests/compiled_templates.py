"""Templates that are compiled once for all processes of the tests.

Compiling all 217 takes 1.2 s of a processor, and each server of a test compiled those it showed.
"""

from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

FOLDER = Path(__file__).resolve().parents[1] / "build" / "templates"


def keep_compiled_templates() -> None:
    """Let every Flask of this process keep what Jinja compiled in `build/templates`.

    A file there is used for one source alone: it has the source's checksum.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(FOLDER))}
