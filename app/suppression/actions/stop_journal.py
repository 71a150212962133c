"""Keeps the file of opt-outs beside the database up to date, within each request that changes one.

What changed is noted by temporary triggers (app.core.change_watch), so no way of changing the
do-not-text lists goes past it.
"""

import logging
import os
import threading
from collections.abc import Collection
from pathlib import Path

from flask import Flask, current_app

from app.core.change_watch import ChangeWatch, install_change_watch
from app.core.clock import now
from app.core.database_errors import DATABASE_ERRORS
from app.core.settings import Settings
from app.suppression.actions.erased_numbers import is_number_erased
from app.suppression.queries.listed_states import (
    TopicNameSource,
    read_listed_states,
    read_stop_position,
)
from app.suppression.stop_file import (
    append_stop_lines,
    lock_stop_file,
    read_stop_file,
    replace_stop_file,
)
from app.suppression.stop_lines import EMPTY_STATE, StopLine

log = logging.getLogger(__name__)

STOP_JOURNAL_KEY = "stop_journal"
WATCHED_COLUMNS = {
    "unsubscribed_contacts": "phone",
    "replaced_pauses": "phone",
    "unsubscribed_topics": "phone",
    "deleted_topic_leaves": "phone",
}
# A database that is behind the file is not counted on: its count must not overtake that of lines
# which it does not know yet.
COUNTING = (
    "UPDATE stop_journal SET position = position + 1 WHERE position >= get_stop_file_position()"
)
UNKNOWN_POSITION = 2**62


class FileNotApplied(OSError):
    """The file knows more than the database: a line now would hide what it says of a number."""


class StopWriter:
    """Writes what changed into the file. One of an app, for all its threads."""

    def __init__(self, app: Flask, find_topic_names: TopicNameSource) -> None:
        self.app = app
        self.find_topic_names = find_topic_names
        # The highest position of the file when this process first wrote; None: not read yet.
        self._file_position: int | None = None
        # The file could not be read or applied when this process wanted to: this may be an older
        # database.
        self.is_uncompared = False
        self._pending: set[str] = set()
        # Guards `_pending`; it is never held while writing.
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    @property
    def database(self) -> Path:
        """The database that the file lies beside."""
        settings: Settings = self.app.extensions["settings"]
        return settings.database_path

    def get_position_to_reach(self) -> int:
        """Return from which position on changes are counted; 0 once the file was applied."""
        if not self.is_uncompared:
            return 0
        try:
            return read_stop_file(self.database).position
        except OSError:
            return UNKNOWN_POSITION

    def record(self, phones: Collection[str]) -> None:
        """Write what holds for these numbers now; it is on the disk when this returns.

        Threads that wait for the file share one write. When the disk is full the numbers are kept
        for the next call, which comes each minute, and the next start compares: never raises.
        """
        with self._lock:
            self._pending.update(phones)
        with self._writing:
            with self._lock:
                batch, self._pending = self._pending, set()
            # Another thread may have written what this one waited for.
            if not batch:
                return
            try:
                self._write(batch)
            except (OSError, *DATABASE_ERRORS) as error:
                name = type(error).__name__
                log.warning("opt-outs could not be kept beside the database (%s)", name)
                with self._lock:
                    self._pending |= batch

    def _write(self, phones: Collection[str]) -> None:
        # A session of its own: that of the request stays as it is after its commit. The state is
        # read under the file's lock, so that the last line of a number is its newest state.
        with lock_stop_file(self.database) as handle, self.app.app_context():
            self._require_applied()
            # A file that was deleted meanwhile gets all again, not only the newest.
            lines = self._build_lines(phones, is_new=not os.fstat(handle).st_size)
            append_stop_lines(handle, lines)
            erased = {line.phone for line in lines if line.state.is_empty and _is_erased(line)}
            if erased:
                self._forget(erased)

    def _require_applied(self) -> None:
        """Raise FileNotApplied while the database is behind the file."""
        if self.is_uncompared:
            if read_stop_position() < read_stop_file(self.database).position:
                raise FileNotApplied
            self.is_uncompared = False

    def _build_lines(self, phones: Collection[str], *, is_new: bool) -> list[StopLine]:
        if self._file_position is None:
            self._file_position = read_stop_file(self.database).position
        read = read_listed_states(None if is_new else phones, self.find_topic_names)
        # The start applied the file to an older database; one that could not be read is ahead.
        position, at = max(read.position, self._file_position), now().isoformat(timespec="seconds")
        lines = []
        for phone in sorted({*phones, *read.states}):
            state = read.states.get(phone, EMPTY_STATE)
            lines.append(StopLine(position, at, phone, state, read.methods.get(phone)))
        return lines

    def _forget(self, phones: Collection[str]) -> None:
        """Take every line of people who were erased out of the file."""
        content = read_stop_file(self.database)
        lines = [line for line in content.lines.values() if line.phone not in phones]
        replace_stop_file(self.database, lines, content.position)


def _is_erased(line: StopLine) -> bool:
    return is_number_erased(line.phone)


def install_stop_journal(app: Flask, find_topic_names: TopicNameSource) -> None:
    """Let the app keep its file of opt-outs. `find_topic_names`: folded names of groups by id."""
    journal = StopWriter(app, find_topic_names)
    app.extensions[STOP_JOURNAL_KEY] = journal
    functions = {"get_stop_file_position": journal.get_position_to_reach}
    watch = ChangeWatch(WATCHED_COLUMNS, COUNTING, journal.record, functions)
    install_change_watch(app, watch)


def get_stop_journal() -> StopWriter:
    """Return the journal of the app whose context is active."""
    journal: StopWriter = current_app.extensions[STOP_JOURNAL_KEY]
    return journal
