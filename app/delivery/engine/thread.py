"""The engine's thread and its loop: watch, release, turn, send, and stop without leaving anybody behind."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.delivery.actions.arm import Armed, Room
from app.delivery.carriers.base import Carrier, Outcome, Unprocessed
from app.delivery.engine.brakes import Brakes
from app.delivery.engine.lead import FROZEN_SECONDS, Lead
from app.delivery.engine.pulse import Pulse
from app.delivery.engine.turn import Returned, Turned, pace_now, turn
from app.domain.pacing import Bucket
from app.kit import failpoint
from app.kit.db import Busy
from app.kit.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
STANDBY_SECONDS = 1.0
LEAST_GATHERING, MOST_GATHERING = 0.002, 0.03
RELEASE_AGAIN_SECONDS = 5.0
STOP_SECONDS = 28.0
ARMED_AHEAD = 1.25
ENOUGH = 0.25  # of the slots: so many answers are worth a turn at once
STOPPING = Unprocessed("stopping before anything left us", retry_after=0.0)
SLEPT = Unprocessed("slept too long with it in hand", retry_after=0.0)
NOT_TRIED = (STOPPING, SLEPT)


def why(trouble: Busy | OperationalError) -> str:
    """The database's own words, without anything that was to be stored."""
    return "busy" if isinstance(trouble, Busy) else str(trouble.orig)


class Engine:
    """Start it once a process. `release` is called when a blast may be due; `alive` tells when to stop by ourselves."""

    def __init__(
        self, app: Flask, make_carrier: Callable[[], Carrier], release: Callable[[], Any], alive: Callable[[], bool]
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app, self.release, self.alive = app, release, alive
        self.make_carrier = make_carrier
        self.lead = Lead(app, settings.database_path, settings.sender, settings.carrier)
        self.pulse = Pulse(app, settings.database_path, settings.carrier)
        self.bucket = Bucket(settings.rate)
        # a turn for every single text would cost more than the texts: answers are gathered for about one text's time
        self.gathering = min(max(1 / settings.rate, LEAST_GATHERING), MOST_GATHERING)
        self.most_open = settings.send_concurrency
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def ensure_running(self) -> None:
        """Start the thread; start it again should it have died."""
        if self._stopping.is_set() or (self._thread and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = STOP_SECONDS + 2) -> None:
        """Arm nothing more, wait for what is on the wire, settle it, step down. Returns when that is done."""
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception:
            log.exception("the engine stopped unexpectedly")
            self.lead.lose()

    def _must_stop(self) -> bool:
        return self._stopping.is_set() or not self.alive()

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.database = ThreadPoolExecutor(1, "engine-database")
        self.releasing = ThreadPoolExecutor(1, "engine-release")
        self.news = asyncio.Event()
        self.slots = asyncio.Semaphore(self.most_open)
        self.on_wire: set[asyncio.Task[None]] = set()
        self.returned: list[Returned] = []
        self.released: asyncio.Future[None] | None = None
        self.brakes = Brakes(self.lead.sender, self.lead.carrier)
        self.looked_at = 0.0
        self.release_after = 0.0
        self.blocked = False
        self.carrier = self.make_carrier()
        try:
            while not self._must_stop():
                await self._once()
            await self._finish()
        finally:
            await self.carrier.close()
            self.pulse.close()
            self.database.shutdown(wait=False)
            self.releasing.shutdown(wait=False)

    async def _once(self) -> None:
        if not await self._leading():
            await self._turn(None)
            await self._rest(STANDBY_SECONDS)
            return
        if await self._something_changed():
            self._release_if_due()
            turned = await self._turn(self._room())
            if turned and turned.idle:
                self.pulse.calm()
        elif self.returned:
            await self._turn(None)
        self._release_if_due()
        await self._rest(self._pause())

    async def _something_changed(self) -> bool:
        """Whether there may be work. While texts leave that is known; other processes' news is looked for meanwhile."""
        moment = self.loop.time()
        if self.pulse.stirred and moment - self.looked_at < LOOK_SECONDS:
            return True
        self.looked_at = moment
        changed: bool = await self._in_database(self.pulse.changed)
        if changed and self.brakes.wait(moment):  # perhaps a person said: try now
            self.brakes.see(await self._in_database(pace_now, self.app, self.lead), moment)
        return changed

    async def _leading(self) -> bool:
        try:
            if self.lead.held:
                if self.lead.must_beat:
                    await self._in_database(self.lead.beat)
            elif await self._in_database(self.lead.try_take):
                log.info("leading, epoch %s", self.lead.epoch)
        except (Busy, OperationalError):
            log.warning("the database could not be written; trying again")
        return self.lead.held

    def _room(self) -> Room | None:
        moment = self.loop.time()
        most = 1 if self.brakes.careful else int(self.most_open * ARMED_AHEAD)
        rows = most - len(self.on_wire)
        if rows < 1 or self.brakes.wait(moment) or not self.bucket.available(moment):
            return None
        return Room(rows, self.bucket, moment, self.brakes.pace.until)

    async def _turn(self, room: Room | None) -> Turned | None:
        """One turn; on a database that cannot be written nothing is lost, the same results come again."""
        if room is None and not self.returned and not self.brakes.wishes:
            return None
        taken, self.returned = self.returned, []
        wishes, self.brakes.wishes = self.brakes.wishes, []
        try:
            turned: Turned = await self._in_database(turn, self.app, self.lead, taken, wishes, room)
        except (Busy, OperationalError) as trouble:
            log.warning("the database could not be written (%s); %s results wait", why(trouble), len(taken))
            self.returned, self.brakes.wishes = taken + self.returned, wishes + self.brakes.wishes
            await asyncio.sleep(LOOK_SECONDS)
            return None
        self._after(turned, room)
        return turned

    def _after(self, turned: Turned, room: Room | None) -> None:
        if turned.lost:
            log.warning("somebody else leads now")
            self.lead.lose()
        if turned.pace:
            moment = self.loop.time()
            self.brakes.see(turned.pace, moment)
            self.bucket.slow_to(turned.pace.share, moment)
        self.blocked = room is not None and not turned.armed
        armed_at = time.clock_gettime(time.CLOCK_BOOTTIME)
        for armed in turned.armed:
            failpoint.reach("T2")
            task = self.loop.create_task(self._send(armed, armed_at))
            self.on_wire.add(task)
            task.add_done_callback(self.on_wire.discard)

    async def _send(self, armed: Armed, armed_at: float) -> None:
        async with self.slots:
            outcome = self._too_late(armed_at) or await self._hand_over(armed)
        if outcome not in NOT_TRIED:
            self.brakes.note(outcome, self.loop.time())
        self.returned.append(Returned(armed, outcome))
        self.pulse.stir()
        self.news.set()

    def _too_late(self, armed_at: float) -> Unprocessed | None:
        """Whether this text must stay: we stop, or we slept so long that somebody else may lead by now."""
        if self._must_stop():
            return STOPPING
        return SLEPT if time.clock_gettime(time.CLOCK_BOOTTIME) - armed_at > FROZEN_SECONDS else None

    async def _hand_over(self, armed: Armed) -> Outcome:
        failpoint.reach("T3a")
        return await self.carrier.send(armed.phone, armed.body, armed.ref, armed.valid_for)

    def _release_if_due(self) -> None:
        if self.released is not None or self.loop.time() < self.release_after or not self.pulse.due():
            return
        self.released = self.loop.run_in_executor(self.releasing, self._release)
        self.released.add_done_callback(self._after_release)

    def _after_release(self, done: "asyncio.Future[None]") -> None:
        self.released = None
        if done.exception():
            self.release_after = self.loop.time() + RELEASE_AGAIN_SECONDS
            log.error("a release failed; trying again", exc_info=done.exception())
        self.news.set()

    def _release(self) -> None:
        with self.app.app_context():
            self.release()

    def _pause(self) -> float:
        """Until the next look: shorter when the bucket fills sooner."""
        if self.pulse.stirred and not self.blocked and len(self.on_wire) < int(self.most_open * ARMED_AHEAD):
            wait = max(self.bucket.wait(self.loop.time()), self.brakes.wait(self.loop.time()))
            return min(LOOK_SECONDS, max(wait, self.gathering))
        return LOOK_SECONDS

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.news.wait(), seconds)
            if len(self.returned) < self.most_open * ENOUGH:
                await asyncio.sleep(self.gathering)
        except TimeoutError:
            pass
        self.news.clear()

    async def _in_database(self, work: Callable[..., Any], *values: Any) -> Any:
        """Database work off the loop: while a commit waits for its turn, answers are still read."""
        return await self.loop.run_in_executor(self.database, work, *values)

    async def _finish(self) -> None:
        """What is on the wire gets its answer stored; what had not left goes back; the lead is free."""
        log.info("stopping: %s texts on the wire", len(self.on_wire))
        if self.on_wire:
            await asyncio.wait(self.on_wire, timeout=STOP_SECONDS - 3)
        for _ in range(20):
            if not self.returned:
                break
            await self._turn(None)
        try:
            await self._in_database(self.lead.step_down)
        except (Busy, OperationalError):
            log.warning("the lead was not given back in writing; the lock file is free")
        log.info("stopped")
