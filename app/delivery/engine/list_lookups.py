"""Settle many look-ups by the account's list: one request for 1,000 texts, not one for each."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Flask

from app.core.clock import now
from app.core.db import write
from app.delivery.actions import message_prices, message_status_lookups
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MessageFetchResult,
    MessageListResult,
)
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.queries.due_lookups import (
    MessageStatusLookup,
    PhoneStatusLookup,
    StatusLookup,
)
from app.domain.delivery.lookup_matching import CarrierMessage
from app.domain.delivery.message_lookups import LOOKUP_LOOKBACK

log = logging.getLogger(__name__)

# Fewer questions than this are asked one by one.
MIN_LOOKUPS_FOR_LIST = 5
# A list of more would be long; what is older is asked one by one.
MAX_LIST_AGE = timedelta(hours=6)
# With a clock that is wrong by more, `since` would be another moment at the carrier.
MAX_CLOCK_SKEW = timedelta(minutes=2)
# How many are stored in one transaction: some 50 ms.
STORED_AT_ONCE = 100
# The list tells the prices of texts that nobody asked about too; a thousand take some 10 ms.
PRICES_AT_ONCE = 1000


class ListLookups:
    """Lists the account's texts since the oldest question, and gives each its answer."""

    def __init__(
        self,
        app: Flask,
        carrier: Carrier,
        run_in_database: DatabaseRunner,
    ) -> None:
        self.app = app
        self.carrier = carrier
        self.run_in_database = run_in_database

    def choose_lookups(
        self, lookups: Sequence[StatusLookup], moment: datetime
    ) -> list[StatusLookup]:
        """Return those that are worth a list, in their order; none when they are few."""
        recent = [lookup for lookup in lookups if lookup.since >= moment - MAX_LIST_AGE]
        return recent if len(recent) >= MIN_LOOKUPS_FOR_LIST else []

    async def run(
        self, lookups: Sequence[StatusLookup], moment: datetime | None
    ) -> list[StatusLookup]:
        """Answer what the list can answer; return the look-ups that must be asked one by one."""
        since = min(lookup.since for lookup in lookups) - LOOKUP_LOOKBACK
        listing = await self.carrier.list_messages(since)
        if isinstance(listing, LookupFailure):
            log.warning("the account's texts could not be listed: %s", listing.reason)
            return list(lookups)
        if abs(listing.clock_skew) > MAX_CLOCK_SKEW:
            log.warning("the clock differs by %s; texts are looked up singly", listing.clock_skew)
            return list(lookups)
        texts_by_phone = _group_by_phone(listing.texts)
        texts_by_sid = {text.sid: text for text in listing.texts}
        unanswered: list[StatusLookup] = []
        answered: list[tuple[StatusLookup, MessageListResult | MessageFetchResult]] = []
        for lookup in lookups:
            if isinstance(lookup, PhoneStatusLookup):
                texts = tuple(texts_by_phone[lookup.phone])
                answered.append((lookup, replace(listing, texts=texts)))
            elif lookup.sid in texts_by_sid:
                answered.append((lookup, MessageFetchResult(texts_by_sid[lookup.sid])))
            else:
                unanswered.append(lookup)
        for batch in _split(answered):
            await self.run_in_database(self._store, batch, moment or now())
        priced = list(filter(message_prices.has_price, listing.texts))
        for start in range(0, len(priced), PRICES_AT_ONCE):
            await self.run_in_database(self._store_prices, priced[start : start + PRICES_AT_ONCE])
        return unanswered

    def _store_prices(self, texts: Sequence[CarrierMessage]) -> None:
        with self.app.app_context(), write():
            message_prices.store_message_prices(texts)

    def _store(
        self,
        answers: Sequence[tuple[StatusLookup, MessageListResult | MessageFetchResult]],
        moment: datetime,
    ) -> None:
        with self.app.app_context(), write():
            for lookup, answer in answers:
                if isinstance(lookup, PhoneStatusLookup) and isinstance(answer, MessageListResult):
                    message_status_lookups.apply_message_list(
                        self.carrier.name, lookup.phone, answer, moment, lookup.since
                    )
                elif isinstance(lookup, MessageStatusLookup) and isinstance(
                    answer, MessageFetchResult
                ):
                    message_status_lookups.apply_fetched_message(lookup.message_id, answer, moment)


def _group_by_phone(texts: Sequence[CarrierMessage]) -> defaultdict[str, list[CarrierMessage]]:
    by_phone: defaultdict[str, list[CarrierMessage]] = defaultdict(list)
    for text in texts:
        by_phone[text.to].append(text)
    return by_phone


def _split(
    answers: Sequence[tuple[StatusLookup, MessageListResult | MessageFetchResult]],
) -> Iterator[Sequence[tuple[StatusLookup, MessageListResult | MessageFetchResult]]]:
    for start in range(0, len(answers), STORED_AT_ONCE):
        yield answers[start : start + STORED_AT_ONCE]
