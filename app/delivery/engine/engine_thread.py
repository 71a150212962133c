"""The engine's thread: start it, start it again should it die, and stop it."""

import asyncio
import logging
import threading
from collections.abc import Callable

from flask import Flask

from app.core.clock_watch import get_clock_watch
from app.core.settings import Settings
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.engine.inbound_intake import InboundIntake
from app.delivery.engine.integrity_watch import get_integrity_watch
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.release_runner import BlastReleases
from app.delivery.engine.send_loop import DRAIN_TIMEOUT_SECONDS, SendLoop

log = logging.getLogger(__name__)

# Requests get DRAIN_TIMEOUT_SECONDS, storing their answers the rest.
STOP_TIMEOUT_SECONDS = DRAIN_TIMEOUT_SECONDS + 5


class SendEngine:
    """The engine of one process. Make one a process and call ensure_running() again and again.

    `releases` are called when a blast may be due, or is found to be gone. `is_app_alive`:
    False when the process is about to end. `intake`: where texts to us go.
    """

    def __init__(
        self,
        app: Flask,
        make_carrier: Callable[[], Carrier],
        releases: BlastReleases,
        is_app_alive: Callable[[], bool],
        intake: InboundIntake,
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.make_carrier = make_carrier
        self.releases = releases
        self.is_app_alive = is_app_alive
        self.intake = intake
        self._loop: SendLoop | None = None
        # It outlives the loop: an engine that is started again knows which epoch it led last.
        self.election = LeaderElection(
            app, settings.database_path, settings.sender, settings.carrier
        )
        self.integrity = get_integrity_watch(app)
        self.clock = get_clock_watch(app)
        self._stop_requested = threading.Event()
        self._thread: threading.Thread | None = None

    def ensure_running(self) -> None:
        """Start the thread unless it runs, whether it never did or died. One caller at a time."""
        if self._must_stop() or (self._thread and self._thread.is_alive()):
            return
        # A daemon: a process that ends without stop() must not wait for it. What is in flight then
        # becomes unknown, as after a kill.
        self._thread = threading.Thread(target=self._run_thread, name="engine", daemon=True)
        self._thread.start()

    def may_release(self) -> bool:
        """Whether this process leads, has taken in what came in while nobody did, its database is
        whole and the newest state, and its clock is believed.
        """
        loop = self._loop
        if loop is None or not self.election.is_leader:
            return False
        if self.clock.is_in_doubt or self.integrity.holds_sending:
            return False
        return loop.start_guard.may_send and not loop.catch_up.is_holding

    def stop(self, timeout: float = STOP_TIMEOUT_SECONDS) -> None:
        """Claim nothing more, store the answers of what is in flight, and give the lead back.

        Returns when that is done, or after `timeout` seconds. Idempotent.
        """
        self._stop_requested.set()
        if self._thread:
            self._thread.join(timeout)

    def _run_thread(self) -> None:
        try:
            asyncio.run(self._run_loop())
        # Whatever ended it, the next ensure_running() starts it again.
        except BaseException:
            log.exception("the engine stopped unexpectedly")
        finally:
            # Without the lead, which has to be acquired anew: that marks what is in flight as
            # unknown.
            self.election.drop_lead()

    async def _run_loop(self) -> None:
        self._loop = SendLoop(
            self.app,
            self.election,
            self.make_carrier(),
            self.releases,
            self._must_stop,
            self.intake,
        )
        await self._loop.run()

    def _must_stop(self) -> bool:
        return self._stop_requested.is_set() or not self.is_app_alive()
