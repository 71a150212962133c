"""Let held texts go when their hours open, and judge them again when the hours have changed."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Flask

from app.core.clock import now
from app.core.clock_watch import get_clock_watch
from app.core.database_errors import is_storage_error
from app.core.db import db, write
from app.delivery.actions import blast_control, row_inspection, text_holding
from app.delivery.actions.text_holding import HoldableText
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.timings import get_engine_timings
from app.delivery.queries.held_texts import has_due_texts, has_held_texts, list_ending_blasts
from app.delivery.sql.claiming import EXPIRE_BLAST_MESSAGES
from app.domain.delivery.send_rate import compute_validity_seconds
from app.texting_hours.queries import read_hours_state

log = logging.getLogger(__name__)
# A clock that was set back by more than this: what was held by the other time is judged again.
MAX_STEP_BACK = timedelta(minutes=1)
# To look for rows that cannot be read, all that is held is read: 100,000 rows take seconds.
FAILED_LOOK_PAUSE_SECONDS = 60


class HeldTextsLook(NamedTuple):
    """The texting hours as a text to compare, which moment it is at least, and if texts wait."""

    hours_state: str
    moment: datetime
    has_held: bool


class HeldTextsJob:
    """Looks once a second while texts are held, and writes 1,000 a transaction. Use it on the loop.

    Times count from the moment that it is at least: after the clock jumped ahead nothing leaves
    early. All that is held is judged again at the start of each lead, when the hours have changed
    and when the clock was set back.
    """

    def __init__(
        self,
        app: Flask,
        election: LeaderElection,
        run_in_database: DatabaseRunner,
        wake_engine: Callable[[], None],
    ) -> None:
        self.app = app
        self.election = election
        self.run_in_database = run_in_database
        self.wake_engine = wake_engine
        self.poll_seconds = get_engine_timings(app).held_poll
        self.idle_seconds = get_engine_timings(app).held_idle
        self._task: asyncio.Task[None] | None = None
        self._next_look_at = 0.0
        self._epoch: int | None = None
        self._judged_state: str | None = None
        self._judged_until: datetime | None = None

    def tick(self, monotonic: float) -> None:
        """Look for texts whose time has come, unless that is being done."""
        if monotonic < self._next_look_at or (self._task and not self._task.done()):
            return
        self._next_look_at = monotonic + self.poll_seconds
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Cancel what runs; what is due stays due."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            look = await self.run_in_database(self._look)
            await self._judge_all_if_changed(look)
            if not look.has_held:
                self._next_look_at += self.idle_seconds
                return
            while await self.run_in_database(self._release_slice):
                self.wake_engine()
            await self.run_in_database(self._expire_ended_blasts)
        except Exception as error:
            self._judged_state = None
            if is_storage_error(error):
                log.warning("held texts could not be looked at; they wait for the next look")
                return
            log.exception("looking at held texts failed; what cannot be read is set aside")
            await self._set_aside_unreadable()

    async def _set_aside_unreadable(self) -> None:
        """Set aside the rows that stop the others; wait a minute where there are none."""
        try:
            if await self.run_in_database(self._set_aside_rows):
                return
        except Exception:
            log.exception("held texts that cannot be read could not be set aside")
        self._next_look_at += FAILED_LOOK_PAUSE_SECONDS

    def _set_aside_rows(self) -> int:
        with self.app.app_context():
            return row_inspection.set_aside_unreadable_held_texts(now())

    async def _judge_all_if_changed(self, look: HeldTextsLook) -> None:
        moment = look.moment
        is_back = self._judged_until is not None and moment < self._judged_until - MAX_STEP_BACK
        self._judged_until = moment
        is_same = look.hours_state == self._judged_state and self._epoch == self.election.epoch
        if is_same and not is_back:
            return
        after: HoldableText | None = None
        is_started = False
        while after or not is_started:
            is_started = True
            after = await self.run_in_database(self._judge_slice, after)
        self._judged_state, self._epoch = look.hours_state, self.election.epoch
        self.wake_engine()

    def _look(self) -> HeldTextsLook:
        """Read all that an idle engine needs to know in one go."""
        with self.app.app_context():
            look = HeldTextsLook(
                read_hours_state(), self._find_moment(), has_held_texts(self.election.carrier)
            )
            # An old snapshot would keep the WAL from being reset.
            db.session.rollback()
            return look

    def _find_moment(self) -> datetime:
        return get_clock_watch(self.app).find_certain_moment(now())

    def _judge_slice(self, after: HoldableText | None) -> HoldableText | None:
        """Judge up to 1,000 held texts again; return the last one, None when all are judged."""
        carrier = self.election.carrier
        with self.app.app_context():
            if not has_held_texts(carrier):
                return None
            with write():
                last = text_holding.rejudge_held_texts(carrier, after, self._find_moment())
                blast_control.close_finished_blasts(now())
                return last

    def _release_slice(self) -> int:
        """Judge up to 1,000 texts again whose time has come; return how many there were."""
        carrier, moment = self.election.carrier, self._find_moment()
        with self.app.app_context():
            if not has_due_texts(carrier, moment):
                return 0
            with write():
                count = text_holding.release_due_texts(carrier, moment)
                blast_control.close_finished_blasts(now())
                return count

    def _expire_ended_blasts(self) -> None:
        """Let what is held of a blast expire with the blast: claiming does not see it."""
        carrier, moment = self.election.carrier, self._find_moment()
        with self.app.app_context():
            ended_ids = [
                blast_id
                for blast_id, deadline in list_ending_blasts(carrier)
                if compute_validity_seconds(deadline, moment) is None
            ]
            if not ended_ids or not has_held_texts(carrier):
                return
            with write():
                for blast_id in ended_ids:
                    EXPIRE_BLAST_MESSAGES.execute(blast_id=blast_id)
                blast_control.close_finished_blasts(now())
