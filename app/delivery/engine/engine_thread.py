"""The engine's thread: started, started again should it die, stopped."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.core.settings import Settings
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.send_loop import DRAIN_TIMEOUT_SECONDS, SendLoop

log = logging.getLogger(__name__)

STOP_TIMEOUT_SECONDS = DRAIN_TIMEOUT_SECONDS + 5


class SendEngine:
    """Start it once a process.

    `release` is called when a blast may be due; `alive` tells when to stop by ourselves.
    """

    def __init__(
        self,
        app: Flask,
        make_carrier: Callable[[], Carrier],
        release: Callable[[], Any],
        alive: Callable[[], bool],
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app, self.make_carrier, self.release_due_blasts, self.is_app_alive = (
            app,
            make_carrier,
            release,
            alive,
        )
        self.election = LeaderElection(
            app, settings.database_path, settings.sender, settings.carrier
        )
        self._stop_requested = threading.Event()
        self._thread: threading.Thread | None = None

    def ensure_running(self) -> None:
        """Start the thread; start it again should it have died."""
        if self._must_stop() or (self._thread and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._run_thread, name="engine", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = STOP_TIMEOUT_SECONDS) -> None:
        """Arm nothing more, wait for what is on the wire, settle it, step down.

        Returns when that is done.
        """
        self._stop_requested.set()
        if self._thread:
            self._thread.join(timeout)

    def _run_thread(self) -> None:
        try:
            asyncio.run(self._run_loop())
        except BaseException:  # whatever ended it, the next tick starts it again
            log.exception("the engine stopped unexpectedly")
        finally:
            # taken anew by whoever runs next: what was on the wire becomes unknown
            self.election.drop_lead()

    async def _run_loop(self) -> None:
        await SendLoop(
            self.app,
            self.election,
            self.make_carrier(),
            self.release_due_blasts,
            self._must_stop,
        ).run()

    def _must_stop(self) -> bool:
        return self._stop_requested.is_set() or not self.is_app_alive()
