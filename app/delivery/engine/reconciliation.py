"""Reconcile: read the carrier's list since the moment of the database, and adopt what it shows.

No more than a page of 1,000 texts is in memory, and 200 of them are one transaction. It may be
stopped at any point and begun again.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask

from app.core.clock import now
from app.core.db import db, write
from app.core.settings import Settings
from app.delivery.actions import blast_control, blast_scheduling, sending_hold
from app.delivery.actions.message_adoption import AdoptionCounts, adopt_listed_texts
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.message_lookup_results import LookupFailure, MessageListPage
from app.delivery.engine import installation_file
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.engine.carrier_comparison import is_page_older
from app.delivery.queries import installation
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.domain.delivery.installation_rules import (
    ADOPTION_TOLERANCE,
    API_DIRECTION,
    build_body_pattern,
    is_later_than,
)
from app.domain.delivery.lookup_matching import CarrierMessage, fold_body
from app.domain.texts.plurals import pluralize

log = logging.getLogger(__name__)

# Half a million texts; who sent more since the copy was made has to go on by hand.
MAX_PAGES = 500
# A third of a second: receipts and texts that come in wait for no longer.
TEXTS_PER_WRITE = 200
DUE_MEANWHILE_ERROR = (
    "It was due while the newer database was in use or sending was on hold. None of its texts "
    "is in Twilio's list, so it was probably not sent."
)


class CarrierListUnreadable(Exception):
    """The carrier's list could not be read to its end; the text says why."""


@dataclass(frozen=True)
class WaitingBlast:
    """A blast that was due and may have gone out, with a pattern of its texts."""

    id: int
    due_at: datetime
    pattern: re.Pattern[str]


@dataclass
class ReconcileResult:
    """What one Reconcile found."""

    counts: AdoptionCounts = field(default_factory=AdoptionCounts)
    page_count: int = 0
    gone_blast_ids: list[int] = field(default_factory=list)
    expired_count: int = 0

    def describe(self) -> str:
        """Return what was found, for the page and the command line."""
        lines = [f"{pluralize(self.counts.adopted, 'text')} already sent: found and kept."]
        if self.gone_blast_ids:
            lines.append(f"{pluralize(len(self.gone_blast_ids), 'scheduled blast')} already sent.")
        if self.counts.doubtful:
            lines.append(
                f"{pluralize(self.counts.doubtful, 'text')} unconfirmed: decide on their pages."
            )
        if self.counts.stored:
            lines.append(
                f"{pluralize(self.counts.stored, 'text')} without a blast: see the conversations."
            )
        if self.expired_count:
            lines.append(
                f"{pluralize(self.expired_count, 'scheduled blast')} due in the meantime, "
                "probably not sent: check under Scheduled."
            )
        lines.append(
            "Paused blasts are waiting. Resume texts only people who have not received it."
        )
        return " ".join(lines)


class Reconciliation:
    """Runs Reconcile for one app. Make and use it on a running loop.

    `release_gone_blast` makes the rows of a scheduled blast, all of them held, in an app context.
    """

    def __init__(
        self,
        app: Flask,
        carrier: Carrier,
        run_in_database: DatabaseRunner,
        release_gone_blast: Callable[[int], bool] | None,
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.carrier = carrier
        self.run_in_database = run_in_database
        self.release_gone_blast = release_gone_blast
        self.database = settings.database_path
        self.result = ReconcileResult()
        self._waiting: list[WaitingBlast] = []

    async def run(self) -> ReconcileResult | None:
        """Reconcile, end the hold and return what was found; None when the list was not readable.

        Then the hold stays, with the reason on its page.
        """
        self.result = ReconcileResult()
        since = await self.run_in_database(self._begin)
        try:
            await self._adopt_pages(since)
        except CarrierListUnreadable as error:
            await self.run_in_database(self._store_failure, str(error))
            return None
        await self.run_in_database(self._finish)
        log.info("reconciled: %s pages, %s", self.result.page_count, self.result.counts)
        return self.result

    def _begin(self) -> datetime:
        """Return the moment of the database, and learn which blasts may have gone out since."""
        moment = now()
        with self.app.app_context():
            row = installation.load_installation()
            since = row.hold_since or installation.find_database_moment(self.carrier.name) or moment
            self._waiting = []
            for scheduled_id in installation.find_held_blast_ids(self.carrier.name, moment):
                blast = reload_scheduled_blast(scheduled_id)
                pattern = build_body_pattern(blast.message_body, blast.footer)
                self._waiting.append(WaitingBlast(blast.id, blast.scheduled_at, pattern))
            db.session.rollback()
        return since

    async def _adopt_pages(self, since: datetime) -> None:
        next_uri = ""
        for _ in range(MAX_PAGES):
            page = await self.carrier.list_message_page(next_uri)
            if isinstance(page, LookupFailure):
                raise CarrierListUnreadable(
                    f"Twilio's list could not be read ({page.reason}). Try again in a minute."
                )
            if page.unreadable_count:
                raise CarrierListUnreadable(
                    f"{page.unreadable_count} texts of Twilio's list could not be read."
                )
            await self.run_in_database(self._adopt_page, page, since)
            next_uri = page.next_uri
            if not next_uri or is_page_older(page, since):
                return
        raise CarrierListUnreadable("There are more texts in Twilio's list than can be read.")

    def _adopt_page(self, page: MessageListPage, since: datetime) -> None:
        moment = now()
        texts = [
            text for text in page.texts if is_later_than(text.created_at, since, page.clock_skew)
        ]
        with self.app.app_context():
            self._release_gone_blasts(texts, page.clock_skew)
            for start in range(0, len(texts), TEXTS_PER_WRITE):
                batch = texts[start : start + TEXTS_PER_WRITE]
                with write():
                    self.result.counts += adopt_listed_texts(
                        self.carrier.name, batch, page.clock_skew, moment
                    )
        self.result.page_count += 1

    def _release_gone_blasts(self, texts: list[CarrierMessage], clock_skew: timedelta) -> None:
        """Make the rows of each waiting blast that has texts on this page, before they are given
        out.
        """
        if not self._waiting or self.release_gone_blast is None:
            return
        folded = []
        for text in texts:
            if text.direction == API_DIRECTION:
                folded.append((text.created_at, fold_body(text.body)))
        for blast in list(self._waiting):
            earliest = blast.due_at + clock_skew - ADOPTION_TOLERANCE
            if any(at >= earliest and blast.pattern.fullmatch(body) for at, body in folded):
                self._waiting.remove(blast)
                if self.release_gone_blast(blast.id):
                    self.result.gone_blast_ids.append(blast.id)

    def _finish(self) -> None:
        """Expire what came due meanwhile and was not found, and end the hold."""
        moment = now()
        file = installation_file.read_installation_file(self.database)
        with self.app.app_context():
            with write():
                held_at = installation.load_installation().held_at or moment
                for blast in self._waiting:
                    if reload_scheduled_blast(blast.id).created_at <= held_at:
                        self.result.expired_count += blast_scheduling.expire_scheduled_blast(
                            blast.id, DUE_MEANWHILE_ERROR
                        )
                armed_count = installation.load_installation().armed_count
                if file is not None:
                    armed_count = max(armed_count, file.armed_count)
                sending_hold.end_hold(armed_count, self.result.describe(), moment)
                # Everybody of a blast may have had it already.
                blast_control.close_finished_blasts(moment)
            row = installation.load_installation()
            record = installation.build_record(row)
            db.session.rollback()
        # Without the mark of a restore: this database is the newest state from now on.
        installation_file.write_installation_file(self.database, record)

    def _store_failure(self, words: str) -> None:
        log.warning("reconcile did not come to its end: %s", words)
        with self.app.app_context(), write():
            sending_hold.store_reconcile_failure(words)
