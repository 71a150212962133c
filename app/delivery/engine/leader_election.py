"""Who leads: a lock file says that the old leader is gone, a beat that stands still that it is
frozen.
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
from app.delivery.actions import leader_lease as verbs
from app.delivery.models import Lease

HEARTBEAT_SECONDS = 3.0
LEADER_TIMEOUT_SECONDS = 15.0


class LeaderElection:
    """This process's claim to the lead.

    Correctness never rests on the lock file: every arming reads the epoch.
    """

    def __init__(self, app: Flask, database: Path, sender: str, carrier: str) -> None:
        self.app = app
        self.sender, self.carrier = sender, carrier
        self.holder = f"{os.getpid()}-{secrets.token_hex(16)}"[:32]
        self.epoch: int | None = None
        self._last_led_epoch: int | None = None
        self._path = database.with_name(database.name + ".leader")
        self._file: int | None = None
        self._seen_heartbeat: tuple[int, int] = (-1, -1)
        self._seen_at = 0.0
        self._heartbeat_at = 0.0

    @property
    def is_leader(self) -> bool:
        """Whether we believe that we lead."""
        return self.epoch is not None

    def try_acquire(self) -> bool:
        """Take the lead if the old leader is gone (its lock is free) or frozen (its beat stands
        still for 15 s).
        """
        if self.is_leader:
            return True
        epoch, beat = self._read_lease()
        if not self._may_acquire(epoch, beat):
            return False
        with self.app.app_context(), write():
            self.epoch = self._last_led_epoch = verbs.acquire_lease(
                self.holder, self.sender, self.carrier, epoch, now()
            )
        self._heartbeat_at = time.monotonic()
        if not self.is_leader:
            self._release_file_lock()
        return self.is_leader

    def _read_lease(self) -> tuple[int, int]:
        with self.app.app_context():
            row = db.session.execute(
                select(Lease.epoch, Lease.beat).where(Lease.name == verbs.ENGINE_LEASE)
            ).first()
        return (row.epoch, row.beat) if row else (0, 0)

    def _may_acquire(self, epoch: int, beat: int) -> bool:
        still = self._seconds_without_heartbeat(epoch, beat)
        if not self._acquire_file_lock():
            return still > LEADER_TIMEOUT_SECONDS
        if (
            self._last_led_epoch is not None
            and epoch > self._last_led_epoch
            and still < 2 * HEARTBEAT_SECONDS
        ):
            # we slept, and whoever took over did it without the lock that we held: it gets it
            # with its next beat
            self._release_file_lock()
            return False
        return True

    def _seconds_without_heartbeat(self, epoch: int, beat: int) -> float:
        """Seconds without a beat by our own monotonic clock: nobody's wall clock decides who
        sends.
        """
        if (epoch, beat) != self._seen_heartbeat:
            self._seen_heartbeat, self._seen_at = (epoch, beat), time.monotonic()
        return time.monotonic() - self._seen_at

    @property
    def is_heartbeat_due(self) -> bool:
        """Whether it is time, every 3 seconds, to say that we live."""
        return self.is_leader and time.monotonic() - self._heartbeat_at >= HEARTBEAT_SECONDS

    def send_heartbeat(self) -> None:
        """Say that we live; learn that way when somebody else leads by now."""
        if self.epoch is None:
            return
        with self.app.app_context(), write():
            ours = verbs.renew_lease(self.holder, self.epoch, now())
        self._heartbeat_at = time.monotonic()
        if ours:
            self._acquire_file_lock()  # it is free by now if we took the lead from somebody who slept
        else:
            self.drop_lead()

    def drop_lead(self) -> None:
        """Somebody else leads: arm nothing any more."""
        self.epoch = None
        self._release_file_lock()

    def step_down(self) -> None:
        """Give the lead back at a clean stop, so that another process takes it at once."""
        if self.epoch is not None:
            with self.app.app_context(), write():
                verbs.release_lease(self.holder, self.epoch)
        self.drop_lead()

    def _acquire_file_lock(self) -> bool:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _release_file_lock(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
