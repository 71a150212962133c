"""The catch-up's use of the database: each method is one call on the engine's database thread."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask

from app.core.clock import now
from app.core.db import write
from app.core.settings import Settings
from app.delivery.actions import catch_up_progress, message_prices
from app.delivery.engine.inbound_intake import InboundIntake, ListedText
from app.delivery.queries.catch_up_state import find_catch_up
from app.delivery.queries.due_lookups import find_known_sids
from app.domain.delivery.lookup_matching import CarrierMessage

# SQLite reads a JSON list of so many SIDs in a millisecond.
KNOWN_SIDS_BATCH = 1000


class CatchUpStorage:
    """Reads and writes for one carrier, each in an app context of its own."""

    def __init__(self, app: Flask, intake: InboundIntake) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.intake = intake
        self.carrier_name = settings.carrier

    def store_kept_texts(self) -> int:
        """Store the texts of the journal; return how many were new."""
        with self.app.app_context():
            return self.intake.store_kept_texts()

    def is_requested(self) -> bool:
        """Whether somebody has asked for a look at the list."""
        with self.app.app_context():
            row = find_catch_up(self.carrier_name)
            return row is not None and row.requested_at is not None

    def begin(self) -> datetime:
        """Store that a look begins; return up to when every text is stored already."""
        with self.app.app_context(), write():
            return catch_up_progress.begin_catch_up(self.carrier_name, now())

    def select_unknown(self, texts: Sequence[CarrierMessage]) -> list[CarrierMessage]:
        """Return those of these texts that are not stored, in their order."""
        known_sids: set[str] = set()
        with self.app.app_context():
            for start in range(0, len(texts), KNOWN_SIDS_BATCH):
                known_sids |= find_known_sids(texts[start : start + KNOWN_SIDS_BATCH])
        return [text for text in texts if text.sid not in known_sids]

    def store_prices(self, texts: Sequence[CarrierMessage]) -> None:
        """Store what our texts among these cost."""
        with self.app.app_context(), write():
            message_prices.store_message_prices(texts)

    def find_leaving_phones(self, texts: Sequence[CarrierMessage]) -> set[str]:
        """Return which phones ask to leave in these texts."""
        with self.app.app_context():
            return self.intake.find_leaving_phones(texts)

    def store_listed_texts(self, texts: Sequence[ListedText]) -> int:
        """Store and route texts of the list; return how many were new."""
        with self.app.app_context():
            return self.intake.store_listed_texts(texts)

    def store_success(
        self,
        certain_until: datetime,
        found_count: int,
        was_off: bool,
    ) -> None:
        """Store that the list was taken in; `certain_until` is on the carrier's clock."""
        with self.app.app_context(), write():
            catch_up_progress.store_catch_up(
                self.carrier_name, certain_until, found_count, now(), was_off=was_off
            )

    def store_failure(self, words: str) -> None:
        """Store why the list could not be read."""
        with self.app.app_context(), write():
            catch_up_progress.store_catch_up_failure(self.carrier_name, words, now())
