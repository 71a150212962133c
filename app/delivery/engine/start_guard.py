"""Let nothing leave before the database was found to be the newest state, on its own machine.

The decision: docs/decisions/0019-start-guard.md.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.db import WriteLockTimeout, db, write
from app.core.settings import Settings
from app.delivery.actions import sending_hold
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.message_lookup_results import LookupFailure
from app.delivery.engine import installation_file
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.engine.carrier_comparison import CarrierComparison
from app.delivery.engine.kept_stops import KeptStops
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.timings import get_engine_timings
from app.delivery.installation_models import Installation
from app.delivery.queries import installation
from app.delivery.queries.heartbeat import ENGINE_TROUBLE_KEY
from app.delivery.queries.installation import REAL_CARRIER
from app.domain.delivery.installation_rules import HoldReason, find_hold_reason

log = logging.getLogger(__name__)

FILE_INTERVAL_SECONDS = 1.0
HOLD_POLL_SECONDS = 1.0
MAX_RETRY_SECONDS = 60.0


CARRIER_UNREADABLE_TEXT = (
    "Twilio's list of texts can't be read, so we can't tell yet whether this database is up "
    "to date. Texts wait and continue automatically."
)


@dataclass(frozen=True)
class Judgement:
    """What is to be done next about a database. `compare_since`: ask the carrier since then."""

    compare_since: datetime | None = None
    must_reconcile: bool = False


class StartGuard:
    """Judges the database whenever this process takes the lead. Make and use it on the loop.

    `reconcile` runs one Reconcile to its end; it is called while a person has asked for it.
    """

    def __init__(
        self,
        app: Flask,
        election: LeaderElection,
        carrier: Carrier,
        run_in_database: DatabaseRunner,
        reconcile: Callable[[], Awaitable[object]],
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.election = election
        self.carrier = carrier
        self.run_in_database = run_in_database
        self.reconcile = reconcile
        self.database: Path = settings.database_path
        self.timings = get_engine_timings(app)
        self.kept_stops = KeptStops(app)
        self._passed_epoch: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._next_check_at = 0.0
        self._failures = 0
        self._must_save = False
        self._saved_at = 0.0

    @property
    def may_send(self) -> bool:
        """Whether this lead passed the comparison, so that texts may leave."""
        return self._passed_epoch is not None and self._passed_epoch == self.election.epoch

    def note_claims(self) -> None:
        """Note that texts were handed over, so that the file beside the database is written."""
        self._must_save = True

    async def tick(self, monotonic: float) -> None:
        """Compare when this lead was not yet, and write the file when texts have left."""
        if self.may_send:
            if self._must_save and monotonic - self._saved_at >= FILE_INTERVAL_SECONDS:
                await self.save(monotonic)
            return
        if monotonic < self._next_check_at or (self._task and not self._task.done()):
            return
        self._next_check_at = monotonic + HOLD_POLL_SECONDS
        self._task = asyncio.get_running_loop().create_task(self._check())
        # What is known without the carrier is known before anything else happens.
        await asyncio.wait({self._task}, timeout=self.timings.change_poll)

    async def save(self, monotonic: float) -> None:
        """Write how many texts were handed over into the file beside the database."""
        self._must_save = False
        self._saved_at = monotonic
        try:
            await self.run_in_database(self._save_file)
        except (OSError, WriteLockTimeout, OperationalError):
            log.warning("the file beside the database could not be written; trying again")
            self._must_save = True

    async def close(self) -> None:
        """Stop comparing; write the file once more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._must_save:
            await self.save(0.0)

    async def _check(self) -> None:
        try:
            await self._compare(self.election.epoch)
        except (WriteLockTimeout, OperationalError):
            log.warning("the database could not be compared with the carrier now; trying again")
        except Exception:
            log.exception("the comparison with the carrier failed; trying again")
            self._postpone(self.timings.lookup_retry)

    async def _compare(self, epoch: int | None) -> None:
        if epoch is None:
            return
        judgement: Judgement = await self.run_in_database(self._judge, epoch)
        if judgement.must_reconcile:
            await self.reconcile()
            # Compared once more at once: what was found is known by now.
            self._next_check_at = 0.0
        elif judgement.compare_since is not None:
            comparison = CarrierComparison(self.app, self.carrier, self.run_in_database)
            unknown_count = await comparison.count_unknown_texts(judgement.compare_since)
            if isinstance(unknown_count, LookupFailure):
                self._report_failure(unknown_count)
            else:
                await self.run_in_database(self._store_comparison, epoch, unknown_count)

    def _judge(self, epoch: int) -> Judgement:
        """Hold or pass by what is known without the carrier."""
        carrier = self.election.carrier
        with self.app.app_context():
            self.kept_stops.apply_once()
            row = installation.load_installation()
            if row.hold_reason:
                # A person may have resumed a blast meanwhile, in another process.
                if sending_hold.has_running_blasts(carrier):
                    with write():
                        sending_hold.pause_running_blasts(HoldReason(row.hold_reason), carrier)
                db.session.rollback()
                return Judgement(must_reconcile=row.reconcile_requested_at is not None)
            reason, since = self._find_reason_and_start(row)
            # Ends the read transaction: an old snapshot would keep the WAL from being reset.
            db.session.rollback()
            if reason is not None:
                self._hold(reason)
            elif since is not None:
                return Judgement(compare_since=since)
            else:
                self._pass(epoch)
            return Judgement()

    def _find_reason_and_start(
        self, row: Installation
    ) -> tuple[HoldReason | None, datetime | None]:
        """Return why the database must not send, and since when to compare it with the carrier."""
        carrier = self.election.carrier
        file = installation_file.read_installation_file(self.database)
        owner_path = row.path
        if file is not None and file.path:
            owner_path = file.path
        surroundings = installation_file.read_surroundings(self.database, owner_path)
        use = installation.load_installation_use(carrier)
        reason = find_hold_reason(installation.build_record(row), file, surroundings, use)
        if reason is not None or not (use.is_real and use.has_real_texts):
            return reason, None
        # At the first start for real there is no newer state that it could be older than.
        if row.installation_id is None and not installation.has_attempts(carrier):
            return None, None
        moment = installation.find_database_moment(carrier)
        # What left before the last Reconcile was judged then.
        return None, max(filter(None, (moment, row.reconciled_at)), default=None)

    def _report_failure(self, failure: LookupFailure) -> None:
        """Wait longer after each failure; the pages say why nothing leaves."""
        self._failures += 1
        wait = min(self.timings.lookup_retry * 2 ** (self._failures - 1), MAX_RETRY_SECONDS)
        self._postpone(failure.retry_after or wait)
        self.app.extensions[ENGINE_TROUBLE_KEY] = CARRIER_UNREADABLE_TEXT
        log.warning("the carrier's list could not be read: %s", failure.reason)

    def _postpone(self, seconds: float) -> None:
        self._next_check_at = asyncio.get_running_loop().time() + seconds

    def _store_comparison(self, epoch: int, unknown_count: int) -> None:
        self.app.extensions[ENGINE_TROUBLE_KEY] = ""
        self._failures = 0
        with self.app.app_context():
            if unknown_count:
                self._hold(HoldReason.CARRIER)
            else:
                self._pass(epoch)

    def _hold(self, reason: HoldReason) -> None:
        log.error("nothing is sent until a person has looked: the database is held (%s)", reason)
        with write():
            sending_hold.hold_sending(reason, self.election.carrier, now())

    def _pass(self, epoch: int) -> None:
        """Let this lead send, and note on which machine that is."""
        carrier = self.election.carrier
        with write():
            use = installation.load_installation_use(carrier)
            # A file of an earlier database in this folder says nothing about a new one.
            if use.has_texts or installation_file.get_installation_file(self.database).exists():
                sending_hold.ensure_installation_id()
            if use.is_real and use.has_real_texts:
                surroundings = installation_file.read_surroundings(self.database, None)
                sending_hold.identify_installation(surroundings.machine, surroundings.path)
            sending_hold.mark_checked(epoch)
        self._passed_epoch = epoch
        with suppress(OSError):
            self._save_file()

    def _save_file(self) -> None:
        with self.app.app_context():
            row = installation.load_installation()
            is_unknown_place = row.machine is None and self.election.carrier == REAL_CARRIER
            if is_unknown_place and row.armed_count:
                surroundings = installation_file.read_surroundings(self.database, None)
                db.session.rollback()
                with write():
                    sending_hold.identify_installation(surroundings.machine, surroundings.path)
                row = installation.load_installation()
            record = installation.build_record(row)
            db.session.rollback()
        if record.installation_id:
            installation_file.write_installation_file(self.database, record)
