"""Calls PING_URL each minute, so that its service notices when texts are not sent any more."""

import logging
from datetime import datetime

from sqlalchemy.dialects.sqlite import insert

from app.core.database_errors import DATABASE_ERRORS
from app.core.db import db, write
from app.core.settings import current_settings
from app.delivery.queries.heartbeat import load_heartbeat
from app.delivery.queries.progress import find_stall
from app.notices.models import NoticeProgress
from app.notices.sending.http_posting import RequestFailed, send_request

log = logging.getLogger(__name__)
PING_SOURCE = "ping"


class HealthPing:
    """Calls PING_URL. Its last outcome is stored when it changes, for the settings page."""

    def __init__(self) -> None:
        self._outcome = ""

    def ping(self, moment: datetime) -> None:
        """Call the address, with /fail after it while nothing can be sent; takes up to 10 s."""
        url = current_settings().ping_url
        if not is_sending_healthy(moment):
            url = add_fail(url)
        outcome = "ok"
        try:
            send_request(url)
        except RequestFailed as error:
            outcome = error.word
        # A write each minute for a row that says the same would be for nothing.
        if outcome == self._outcome:
            return
        self._outcome = outcome
        if outcome != "ok":
            log.warning("PING_URL was not reached (%s)", outcome)
        self._store(f"{outcome} {moment.isoformat(timespec='seconds')}")

    def _store(self, position: str) -> None:
        values = {"source": PING_SOURCE, "position": position}
        statement = insert(NoticeProgress).values(values)
        changes = {"position": position}
        try:
            with write():
                db.session.execute(statement.on_conflict_do_update(["source"], set_=changes))
        except DATABASE_ERRORS:
            log.warning("the outcome of PING_URL is not stored: the database was busy")


def is_sending_healthy(moment: datetime) -> bool:
    """Whether an engine is alive, nothing holds it, and it makes progress."""
    try:
        return not (load_heartbeat().outage_reason or find_stall(moment))
    except DATABASE_ERRORS:
        return False


def add_fail(url: str) -> str:
    """Return the address that says that something is wrong, as healthchecks.io has it."""
    # Some services have the key of a check in the query.
    address, mark, query = url.partition("?")
    return f"{address.rstrip('/')}/fail{mark}{query}"


def find_ping_outcome() -> tuple[str, datetime] | None:
    """Return how the last calls went, and since when; None before the first."""
    row = db.session.get(NoticeProgress, PING_SOURCE)
    if row is None:
        return None
    word, _, since = row.position.partition(" ")
    return word, datetime.fromisoformat(since)
