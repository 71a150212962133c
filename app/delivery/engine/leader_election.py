"""Which process leads: a lock file shows that the last leader is gone, a lease that is not renewed
that it is frozen.
"""

import fcntl
import os
import secrets
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import leader_lease
from app.delivery.engine.timings import get_engine_timings
from app.delivery.engine_models import Lease

# It looks once a second, and waits at most ten seconds for the database.
MAX_LOOK_GAP_SECONDS = 12.0


class LeaderElection:
    """This process's claim to the lead. Used on the engine's database thread.

    Correctness never rests on the lock file, which some file systems do not have: every transaction
    that claims messages reads the epoch of the lease. The file makes the change quick: the kernel
    releases it with the process.
    """

    def __init__(
        self,
        app: Flask,
        database: Path,
        sender: str,
        carrier: str,
    ) -> None:
        self.app = app
        self.sender = sender
        self.carrier = carrier
        self.timings = get_engine_timings(app)
        # The pid is read by pages; the rest tells processes of two machines apart.
        self.holder = f"{os.getpid()}-{secrets.token_hex(16)}"[:32]
        self.epoch: int | None = None
        self._last_led_epoch: int | None = None
        self._lock_path = database.with_name(database.name + ".leader")
        self._lock_file: int | None = None
        self._last_lease_state = (-1, -1)
        self._last_renewal_at = 0.0
        self._looked_at = 0.0
        self._heartbeat_at = 0.0

    @property
    def is_leader(self) -> bool:
        """Whether this process believes that it leads."""
        return self.epoch is not None

    def try_acquire(self) -> bool:
        """Take the lead if the last leader is gone or frozen; return whether this process leads.

        Gone: its lock file is free. Frozen: its lease has not been renewed for 15 seconds. Whatever
        it had in flight becomes unknown. Opens its own write().
        """
        if self.is_leader:
            return True
        epoch, beat = self._read_lease()
        if not self._may_acquire(epoch, beat):
            return False
        with self.app.app_context(), write():
            self.epoch = self._last_led_epoch = leader_lease.acquire_lease(
                self.holder, self.sender, self.carrier, epoch, now()
            )
        self._heartbeat_at = time.monotonic()
        if not self.is_leader:
            self._release_file_lock()
        return self.is_leader

    def _read_lease(self) -> tuple[int, int]:
        """Return the epoch and the beat of the lease, zeros before anybody led."""
        with self.app.app_context():
            row = db.session.execute(
                select(Lease.epoch, Lease.beat).where(Lease.name == leader_lease.ENGINE_LEASE)
            ).first()
        return (row.epoch, row.beat) if row else (0, 0)

    def _may_acquire(self, epoch: int, beat: int) -> bool:
        silence = self._measure_silence(epoch, beat)
        if not self._acquire_file_lock():
            return silence > self.timings.leader_timeout
        is_superseded = self._last_led_epoch is not None and epoch > self._last_led_epoch
        # This process was frozen with the lock file in hand, and whoever took over led without it.
        # That one is alive: leave the lock to it, which takes it with its next heartbeat.
        if is_superseded and silence < 2 * self.timings.heartbeat:
            self._release_file_lock()
            return False
        return True

    def _measure_silence(self, epoch: int, beat: int) -> float:
        """Return the seconds since the lease was last seen to change.

        By this process's monotonic clock: no wall clock, here or elsewhere, decides who sends.
        """
        moment = time.monotonic()
        was_asleep = moment - self._looked_at > MAX_LOOK_GAP_SECONDS
        self._looked_at = moment
        # Whoever slept itself knows nothing of the leader's silence meanwhile.
        if was_asleep or (epoch, beat) != self._last_lease_state:
            self._last_lease_state = (epoch, beat)
            self._last_renewal_at = moment
        return moment - self._last_renewal_at

    @property
    def is_heartbeat_due(self) -> bool:
        """Whether it is time to renew the lease: every 3 seconds while leading."""
        elapsed = time.monotonic() - self._heartbeat_at
        return self.is_leader and elapsed >= self.timings.heartbeat

    @property
    def seconds_until_heartbeat(self) -> float:
        """The seconds until the lease is to be renewed, at least 0."""
        elapsed = time.monotonic() - self._heartbeat_at
        return max(0.0, self.timings.heartbeat - elapsed)

    def send_heartbeat(self) -> None:
        """Renew the lease, or learn that another process leads by now. Opens its own write()."""
        if self.epoch is None:
            return
        with self.app.app_context(), write():
            is_renewed = leader_lease.renew_lease(self.holder, self.epoch, now())
        self._heartbeat_at = time.monotonic()
        if is_renewed:
            # Free by now if the lead was taken from a process that was frozen with it.
            self._acquire_file_lock()
        else:
            self.drop_lead()

    def drop_lead(self) -> None:
        """Stop claiming messages: another process leads, or the loop has ended. Idempotent."""
        self.epoch = None
        self._release_file_lock()

    def step_down(self) -> None:
        """Give the lead back at a clean stop, so that another process takes it at once."""
        if self.epoch is not None:
            with self.app.app_context(), write():
                leader_lease.release_lease(self.holder, self.epoch)
        self.drop_lead()

    def _acquire_file_lock(self) -> bool:
        """Take the lock file without waiting; return whether this process has it. Idempotent."""
        if self._lock_file is None:
            # Close-on-exec: a child process must not keep the lock of a parent that died.
            self._lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _release_file_lock(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None
