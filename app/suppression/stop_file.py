"""The file of opt-outs beside the database: a copy that is put back knows nothing of the newest.

One JSON object a line, each on the disk before the request that changed it is answered. Only its
owner may read it.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.suppression.stop_lines import StopLine, format_stop_line, parse_stop_line

# The last line is shorter: a number that left hundreds of topics.
TAIL_BYTES = 256 * 1024


@dataclass
class StopFileContent:
    """What the file says: the last line of each number, and the highest position of any line."""

    lines: dict[str, StopLine] = field(default_factory=dict)
    position: int = 0
    line_count: int = 0


def get_stop_file(database: Path) -> Path:
    """Return the path of the file that belongs to this database."""
    return database.with_name(f"{database.name}.stops.jsonl")


def read_stop_file(database: Path) -> StopFileContent:
    """Return what the file says, nothing without one. Raises OSError when it cannot be read."""
    content = StopFileContent()
    try:
        # No other line ends: a name may hold one of those of Unicode.
        with get_stop_file(database).open(encoding="utf-8", errors="replace", newline="\n") as file:
            for raw_line in file:
                _add_line(content, raw_line.removesuffix("\n"))
    except FileNotFoundError:
        return content
    return content


def _add_line(content: StopFileContent, raw_line: str) -> None:
    if not raw_line:
        return
    content.line_count += 1
    line = parse_stop_line(raw_line)
    if line is not None:
        content.lines[line.phone] = line
        content.position = max(content.position, line.position)
    else:
        content.position = max(content.position, _read_position(raw_line))


def read_last_position(database: Path) -> int:
    """Return the position of the last line, without reading the others; 0 for a torn one.

    Raises OSError when the file cannot be read.
    """
    try:
        with get_stop_file(database).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            raw_lines = file.read().decode(errors="replace").rstrip("\n").split("\n")
    except FileNotFoundError:
        return 0
    line = parse_stop_line(raw_lines[-1])
    return line.position if line else _read_position(raw_lines[-1])


@contextmanager
def lock_stop_file(database: Path) -> Iterator[int]:
    """Keep other threads and processes from the file; yield a handle for append_stop_lines().

    Makes the file unless it exists. Raises OSError.
    """
    path = get_stop_file(database)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Meanwhile another process may have put a shorter file in its place.
            if _is_same_file(handle, path):
                yield handle
                return
        finally:
            os.close(handle)


def append_stop_lines(handle: int, lines: Iterable[StopLine]) -> None:
    """Write lines at the end, and wait until the disk has them. Raises OSError."""
    size = os.fstat(handle).st_size
    text = "".join(f"{format_stop_line(line)}\n" for line in lines)
    if size and os.pread(handle, 1, size - 1) != b"\n":
        # The line of a process that died while it wrote.
        text = f"\n{text}"
    content = text.encode()
    while content:
        content = content[os.write(handle, content) :]
    os.fsync(handle)


def replace_stop_file(database: Path, lines: Iterable[StopLine], position: int) -> None:
    """Put a file of these lines in its place, in one step; call it inside lock_stop_file().

    `position`: the highest one of the lines that were in it, which it remembers.
    """
    path = get_stop_file(database)
    # One name, under the lock: what a killed process left is written over.
    new_path = path.with_name(f".{path.name}.new")
    handle = os.open(new_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps({"position": position}) + "\n")
            file.writelines(f"{format_stop_line(line)}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new_path, path)
    finally:
        new_path.unlink(missing_ok=True)


def _read_position(raw_line: str) -> int:
    """Return the position of the first line of a shortened file; 0 for any other line."""
    try:
        return int(json.loads(raw_line)["position"])
    except (ValueError, KeyError, TypeError):
        return 0


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
