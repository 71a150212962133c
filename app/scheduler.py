"""What runs in the background of a serving process: the engine, the tick, and the sandbox's postman."""

import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app.blasts.actions.release import release_due
from app.delivery.carriers.make import carrier_for
from app.delivery.carriers.postman import Postman
from app.delivery.engine import Engine
from app.kit.db import Busy
from app.kit.settings import Settings
from app.webhooks.actions import forget_old_events

log = logging.getLogger(__name__)
TICK_SECONDS = 1


class Background:
    """The threads of one process. Two processes may both have them: rows decide who does what."""

    def __init__(self, app: Flask, alive: Callable[[], bool]) -> None:
        self.app = app
        self.engine = Engine(app, lambda: carrier_for(app), release_due, alive)
        self.postman = Postman.of(app)
        self.clock = BackgroundScheduler(timezone="UTC")
        once = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self.clock.add_job(self._tick, "interval", seconds=TICK_SECONDS, **once)
        self.clock.add_job(self._clean, "interval", hours=6, **once)

    def start(self) -> None:
        """Start every thread."""
        self.postman.start()
        self.engine.ensure_running()
        self.clock.start()

    def stop(self) -> None:
        """Stop them: what is on the wire is settled before this returns. Twice is once."""
        if self.clock.running:
            self.clock.shutdown(wait=True)
        self.engine.stop()
        self.postman.stop()

    def _tick(self) -> None:
        """The second pair of hands: should the engine have died, it is started again, and due blasts are released."""
        self.engine.ensure_running()
        with self.app.app_context():
            try:
                release_due()
            except Busy:
                log.warning("the tick waits: somebody else is writing")

    def _clean(self) -> None:
        with self.app.app_context():
            forget_old_events()


def start(app: Flask, alive: Callable[[], bool] = lambda: True) -> Background | None:
    """Start the background of this process; None when SCHEDULER_ENABLED is 0: then it serves pages and never sends."""
    settings: Settings = app.extensions["settings"]
    if not settings.scheduler_enabled:
        return None
    background = Background(app, alive)
    background.start()
    return background
