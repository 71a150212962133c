"""Whether the carrier has texts of ours that this database does not know."""

from datetime import datetime

from flask import Flask

from app.core.db import db
from app.core.settings import Settings
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.message_lookup_results import LookupFailure, MessageListPage
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.queries.installation import find_unknown_texts
from app.domain.delivery.installation_rules import is_later_than

# The newest texts tell; the list is read on only past texts of other programs and to us.
MAX_COMPARED_PAGES = 5


class CarrierComparison:
    """Compares the newest texts of the carrier's list with the rows of one app."""

    def __init__(
        self,
        app: Flask,
        carrier: Carrier,
        run_in_database: DatabaseRunner,
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.carrier = carrier
        self.run_in_database = run_in_database
        # The list has no filter for a messaging service, whose texts come from several numbers.
        self.from_number = "" if settings.sender.startswith("MG") else settings.sender

    async def count_unknown_texts(self, since: datetime) -> int | LookupFailure:
        """Count texts at the carrier that left after `since` (our clock) and are not known here.

        Stops at the first page that has any.
        """
        next_uri = ""
        for _ in range(MAX_COMPARED_PAGES):
            page = await self.carrier.list_message_page(next_uri, self.from_number)
            if isinstance(page, LookupFailure):
                return page
            count: int = await self.run_in_database(self._count_unknown_on_page, page, since)
            next_uri = page.next_uri
            if count or not next_uri or is_page_older(page, since):
                return count
        return 0

    def _count_unknown_on_page(self, page: MessageListPage, since: datetime) -> int:
        with self.app.app_context():
            unknown = find_unknown_texts(self.carrier.name, page.texts, page.clock_skew, since)
            db.session.rollback()
        return len(unknown)


def is_page_older(page: MessageListPage, since: datetime) -> bool:
    """Whether the whole page is older: a text that waited long inside the carrier may be listed
    before texts that were created after it.
    """
    return not any(is_later_than(text.created_at, since, page.clock_skew) for text in page.texts)
