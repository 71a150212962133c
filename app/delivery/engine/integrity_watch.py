"""Check the whole file of the database after the start and once a day; damage holds sending.

An index that lies may hide who said STOP, or offer a text a second time. The check reads beside
the program: in WAL mode a reader holds nobody up.
"""

import contextlib
import logging
import os
import threading
from pathlib import Path
from time import monotonic, thread_time

from flask import Flask

from app.core.clock import now
from app.core.db import write
from app.core.settings import Settings
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.engine.timings import get_engine_timings
from app.delivery.queries.heartbeat import DAMAGE_FIX
from app.domain.delivery.alert_messages import AlertEvent
from app.migrations import damage_note, database_file
from app.migrations.database_integrity import find_structural_damage
from app.migrations.migration_errors import DatabaseDamaged, NotSqliteFile

log = logging.getLogger(__name__)
# The lowest priority but for idle: pages and sending come first.
LOW_PRIORITY = 15
# A large file is felt on a small machine, so the log says what it was: 22 s for 680 MB.
TOLD_SECONDS = 2.0

_APP_KEY = "integrity_watch"


def get_integrity_watch(app: Flask) -> "IntegrityWatch":
    """Return the one watch of this process."""
    watch: IntegrityWatch = app.extensions.setdefault(_APP_KEY, IntegrityWatch(app))
    return watch


class IntegrityWatch:
    """Checks the file on a thread of its own, one check at a time; outlives the engine's loop.

    The state is a file beside the database: other processes and the next start read it too.
    """

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.database: Path = settings.database_path
        self.timings = get_engine_timings(app)
        self._next_check_at = 0.0
        self._started_at = -self.timings.integrity_retry
        self._wait_until: float | None = None
        self._has_checked = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def holds_sending(self) -> bool:
        """Whether nothing may leave: the file is damaged, or has not been looked at yet."""
        if damage_note.get_damage_note_file(self.database).exists():
            return True
        return self._wait_until is not None and self._is_first_check_waited_for()

    def _is_first_check_waited_for(self) -> bool:
        return not self._has_checked and monotonic() < (self._wait_until or 0.0)

    def start_if_due(self) -> None:
        """Start a check when one is due and none runs. Returns at once."""
        with self._lock:
            is_running = self._thread is not None and self._thread.is_alive()
            if is_running or monotonic() < self._next_check_at:
                return
            if self._wait_until is None:
                self._wait_until = monotonic() + self.timings.integrity_wait
            self._started_at = monotonic()
            self._next_check_at = self._started_at + self.timings.integrity_interval
            # A daemon: the end of the process does not wait for it.
            self._thread = threading.Thread(target=self._check, name="integrity", daemon=True)
            self._thread.start()

    def check_soon(self) -> None:
        """Check with the next look, once a minute at most: something has met damage."""
        soonest = self._started_at + self.timings.integrity_retry
        self._next_check_at = min(self._next_check_at, soonest)

    def _check(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
        began = thread_time()
        try:
            self._judge(self._find_damage())
            self._has_checked = True
            if (seconds := thread_time() - began) >= TOLD_SECONDS:
                log.info("the database file was checked, %.0f s of the processor", seconds)
        # Whatever it is, sending goes on as before, and the check comes again.
        except Exception:
            log.exception("the database could not be checked; trying again")
            self._retry()

    def _retry(self) -> None:
        self._next_check_at = monotonic() + self.timings.integrity_retry

    def _find_damage(self) -> str:
        """Return what is wrong with the file; "" when it is whole."""
        try:
            with database_file.open_read_only(self.database) as connection:
                return find_structural_damage(connection)
        except (DatabaseDamaged, NotSqliteFile):
            return "it cannot be read"

    def _judge(self, cause: str) -> None:
        noted_cause = damage_note.read_damage_note(self.database)
        if not cause:
            if noted_cause:
                log.warning("the database is whole again; sending goes on")
                damage_note.delete_damage_note(self.database)
            return
        self._retry()
        log.error("the database is damaged (%s): nothing is sent; %s", cause, DAMAGE_FIX)
        damage_note.write_damage_note(self.database, cause)
        if not noted_cause:
            self._tell(cause)

    def _tell(self, cause: str) -> None:
        """Tell an admin, as far as a damaged database can still take it."""
        notice = build_notice(
            AlertEvent.DATABASE_DAMAGED,
            f"Nothing is being sent: {cause}.",
            f"Stop SMS Admin, then {DAMAGE_FIX}.",
            now(),
        )
        try:
            with self.app.app_context(), write():
                tell_admins(notice, "/sending")
        except Exception:
            log.exception("nobody could be told that the database is damaged")
