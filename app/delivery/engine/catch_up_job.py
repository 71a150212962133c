"""Take in the texts to us that no webhook told of, and hold sending until the first look is done.

The decision, and why it does not wait for ever: docs/decisions/0018-catching-up.md.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any

from flask import Flask

from app.core.clock import now
from app.core.database_errors import DATABASE_ERRORS
from app.core.settings import Settings
from app.delivery.actions import message_prices
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.message_lookup_results import LookupFailure, MessageListResult
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.engine.catch_up_storage import CatchUpStorage
from app.delivery.engine.inbound_intake import InboundIntake, ListedText
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.timings import get_engine_timings
from app.domain.delivery import catch_up_rules
from app.domain.delivery.lookup_matching import CarrierMessage

log = logging.getLogger(__name__)

# One transaction: others get to write between two of them.
STORE_BATCH_TEXTS = 50
PRICE_BATCH_TEXTS = 1000


class CatchUpJob:
    """Reads the list of texts to us after each change of the lead, every hour and when asked to.

    Make and use it on the engine's loop. Nothing may be claimed or released while `is_holding`:
    not before the first look of this lead has ended, and not while texts wait in the journal.
    """

    def __init__(
        self,
        app: Flask,
        carrier: Carrier,
        election: LeaderElection,
        intake: InboundIntake,
        run_in_database: DatabaseRunner,
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.carrier = carrier
        self.election = election
        self.intake = intake
        self.run_in_database = run_in_database
        self.timings = get_engine_timings(app)
        self.storage = CatchUpStorage(app, intake)
        self.service_sid = ""
        if settings.carrier == "twilio":
            self.service_sid = settings.twilio_messaging_service_sid
        self.own_number = settings.twilio_from_number if self.service_sid else settings.sender
        self._task: asyncio.Task[None] | None = None
        self._epoch: int | None = None
        self._is_caught_up = False
        self._hold_started_at = 0.0
        self._failure_count = 0
        self._next_look_at = 0.0
        self._next_request_check_at = 0.0
        self._next_replay_at = 0.0

    @property
    def is_holding(self) -> bool:
        """Whether nothing may be claimed or released now."""
        is_first_look_done = self._is_caught_up and self._epoch == self.election.epoch
        return not is_first_look_done or self.intake.has_kept_texts()

    def tick(self, monotonic: float) -> None:
        """Start what is due, unless something runs."""
        if self.election.epoch != self._epoch:
            self._begin_lead(monotonic)
        if self._task and not self._task.done():
            return
        work = self._choose_work(monotonic)
        if work:
            self._task = asyncio.get_running_loop().create_task(self._run(work))

    def _begin_lead(self, monotonic: float) -> None:
        self._epoch = self.election.epoch
        self._is_caught_up = False
        self._hold_started_at = monotonic
        self._next_look_at = self._next_replay_at = monotonic
        self._failure_count = 0

    def _choose_work(self, monotonic: float) -> Coroutine[Any, Any, None] | None:
        if self.intake.has_kept_texts() and monotonic >= self._next_replay_at:
            self._next_replay_at = monotonic + self.timings.replay_retry
            return self._store_kept_texts()
        if monotonic >= self._next_look_at:
            self._next_look_at = monotonic + self.timings.catch_up_interval
            return self._catch_up()
        if monotonic >= self._next_request_check_at:
            self._next_request_check_at = monotonic + self.timings.catch_up_poll
            return self._check_request()
        return None

    async def close(self) -> None:
        """Cancel what runs; texts that are not stored yet are listed again."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DATABASE_ERRORS:
            log.warning("the database could not be used; texts that came in are fetched later")
            self._postpone_look(None)
        # An exception that nobody awaits would be lost.
        except Exception:
            log.exception("fetching the texts that came in failed")
            self._postpone_look(None)
            self._stop_holding_if_too_long(self.timings.catch_up_hold)

    async def _store_kept_texts(self) -> None:
        count = await self.run_in_database(self.storage.store_kept_texts)
        if count:
            log.info("%s texts that could not be stored when they came are stored", count)

    async def _check_request(self) -> None:
        if await self.run_in_database(self.storage.is_requested):
            self._next_look_at = asyncio.get_running_loop().time()

    async def _catch_up(self) -> None:
        certain_until = await self.run_in_database(self.storage.begin)
        asked_at = now()
        start = catch_up_rules.compute_list_start(certain_until, asked_at)
        to = "" if self.service_sid else self.own_number
        listing = await self.carrier.list_messages(start, to=to)
        if isinstance(listing, LookupFailure):
            await self._handle_failure(listing)
            return
        count = await self._take_in(listing, asked_at)
        await self._store_prices(listing)
        was_off = not self._is_caught_up
        certain_until = asked_at + listing.clock_skew - catch_up_rules.CERTAINTY_MARGIN
        await self.run_in_database(self.storage.store_success, certain_until, count, was_off)
        if count or not listing.is_complete:
            message = "%s texts were found in Twilio's list%s"
            log.info(message, count, "" if listing.is_complete else ", which is not complete")
        self._is_caught_up = True
        self._failure_count = 0

    async def _handle_failure(self, failure: LookupFailure) -> None:
        log.warning("texts that came in could not be fetched: %s", failure.reason)
        await self.run_in_database(self.storage.store_failure, failure.reason)
        self._postpone_look(failure.retry_after)
        hold = self.timings.catch_up_hold
        # Without an answer no text of ours would get through either: waiting costs nothing.
        if failure.http_status is None:
            hold = self.timings.catch_up_hold_unreachable
        elif failure.http_status in catch_up_rules.NO_LIST_STATUSES:
            hold = 0.0
        self._stop_holding_if_too_long(hold)

    def _postpone_look(self, retry_after: float | None) -> None:
        self._failure_count += 1
        wait = catch_up_rules.compute_catch_up_retry(
            self._failure_count, self.timings.catch_up_retry, retry_after
        )
        self._next_look_at = asyncio.get_running_loop().time() + wait

    def _stop_holding_if_too_long(self, seconds: float) -> None:
        held_seconds = asyncio.get_running_loop().time() - self._hold_started_at
        if not self._is_caught_up and held_seconds >= seconds:
            log.error("sending goes on although the texts that came in could not be fetched")
            self._is_caught_up = True

    async def _take_in(self, listing: MessageListResult, asked_at: datetime) -> int:
        """Store what is not known of a list; return how many texts that were."""
        texts = catch_up_rules.select_texts_to_us(listing.texts, self.own_number, self.service_sid)
        unknown = await self.run_in_database(self.storage.select_unknown, texts)
        if self._is_caught_up:
            newest = asked_at + listing.clock_skew - catch_up_rules.MIN_AGE_WHILE_RUNNING
            unknown = [text for text in unknown if text.created_at <= newest]
        leaving_phones = await self.run_in_database(self.storage.find_leaving_phones, unknown)
        ordered = catch_up_rules.sort_leaving_phones_first(unknown, leaving_phones)
        count = 0
        for start in range(0, len(ordered), STORE_BATCH_TEXTS):
            batch = await self._load_media(ordered[start : start + STORE_BATCH_TEXTS], listing)
            count += await self.run_in_database(self.storage.store_listed_texts, batch)
        return count

    async def _store_prices(self, listing: MessageListResult) -> None:
        # The list of a messaging service has what we sent, too.
        priced = list(filter(message_prices.has_price, listing.texts))
        for start in range(0, len(priced), PRICE_BATCH_TEXTS):
            batch = priced[start : start + PRICE_BATCH_TEXTS]
            await self.run_in_database(self.storage.store_prices, batch)

    async def _load_media(
        self, texts: Sequence[CarrierMessage], listing: MessageListResult
    ) -> list[ListedText]:
        """Return texts with their pictures, which the list of texts only counts."""
        listed = []
        for text in texts:
            media = await self.carrier.list_media(text.sid) if text.media_count else ()
            # A picture that cannot be listed is no reason to leave the words unread.
            if isinstance(media, LookupFailure):
                log.warning("the pictures of text %s could not be listed", text.sid)
                media = ()
            written_at = min(text.created_at - listing.clock_skew, now())
            listed.append(ListedText(text, written_at, media))
        return listed
