"""Looks once a minute whether there is news, with one statement while there is none."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.core.db import db, write
from app.core.local_formats import get_display_timezone
from app.domain.time.local_times import get_local_date
from app.notices.actions.notice_storing import News, store_news
from app.notices.actions.read_marks import delete_old_notices
from app.notices.models import NoticeProgress
from app.notices.queries.notice_lists import select_next_due_time
from app.notices.sources.daily_digest import DIGEST_SOURCE, build_digest_news, is_digest_time
from app.notices.sources.source_list import SOURCES, Source, format_position
from app.notices.sources.timed_checks import find_timed_news

log = logging.getLogger(__name__)
QUARTER_SECONDS = 900


def _read_positions(moment: datetime) -> tuple[dict[str, str], datetime | None]:
    """Return where each source is now, and when the next notice is due; one SELECT."""
    columns = [source.select_position(moment) for source in SOURCES]
    *values, next_due_at = db.session.execute(select(*columns, select_next_due_time())).one()
    positions = {
        source.name: format_position(value) for source, value in zip(SOURCES, values, strict=True)
    }
    return positions, next_due_at


class SourcePolling:
    """Reads the sources on, in the one process that leads.

    Positions are stored with the notices in one transaction: after a crash nothing is told twice
    or left out. They are remembered here, so that a minute without news costs one SELECT.
    """

    def __init__(self) -> None:
        self._positions: dict[str, str] | None = None
        self._quarter = 0
        self._digest_day: date | None = None

    def poll(self, moment: datetime) -> bool:
        """Store what is new; return whether a notice is due."""
        positions, next_due_at = _read_positions(moment)
        changed = self._list_changed(positions)
        timed_news: Sequence[News] = ()
        digest_day: date | None = None
        digest: list[News] = []
        if self._is_quarter_hour(moment):
            timed_news = find_timed_news(moment)
            digest_day = self._find_digest_day(moment)
            digest = build_digest_news(moment) if digest_day else []
        if not (changed or timed_news or digest_day):
            return next_due_at is not None and next_due_at <= moment
        with write():
            news = [*timed_news, *self._read_on(changed, positions, moment)]
            if digest_day and _claim_day(digest_day):
                news += digest
                delete_old_notices(moment)
            store_news(news, moment)
        self._positions = positions
        self._digest_day = digest_day or self._digest_day
        return True

    def _list_changed(self, positions: dict[str, str]) -> list[Source]:
        stored = self._positions
        if stored is None:
            rows = db.session.execute(select(NoticeProgress.source, NoticeProgress.position))
            stored = self._positions = {name: position for name, position in rows}
        return [source for source in SOURCES if positions[source.name] != stored.get(source.name)]

    def _read_on(
        self, changed: Sequence[Source], positions: dict[str, str], moment: datetime
    ) -> list[News]:
        """Return the news of these sources, and store how far they are read. Inside write()."""
        news: list[News] = []
        for source in changed:
            stored = db.session.get(NoticeProgress, source.name, populate_existing=True)
            # A source that is read for the first time begins now: what was before is not told.
            if stored is not None or source.tells_at_first:
                news += source.read(stored.position if stored else "", moment)
            _store_position(source.name, positions[source.name])
        return news

    def _is_quarter_hour(self, moment: datetime) -> bool:
        """Whether a quarter of an hour has begun since the last time; 8 AM is one in every zone."""
        quarter = int(moment.timestamp()) // QUARTER_SECONDS
        is_new = quarter != self._quarter
        self._quarter = quarter
        return is_new

    def _find_digest_day(self, moment: datetime) -> date | None:
        """Return today if its digest is due and this process has not made it."""
        zone = get_display_timezone()
        today = get_local_date(zone, moment)
        if today == self._digest_day or not is_digest_time(moment, zone):
            return None
        return today


def _claim_day(day: date) -> bool:
    """Store that the digest of a day is made; False when it was. Inside write()."""
    stored = db.session.get(NoticeProgress, DIGEST_SOURCE, populate_existing=True)
    if stored is not None and stored.position >= day.isoformat():
        return False
    _store_position(DIGEST_SOURCE, day.isoformat())
    return True


def _store_position(source: str, position: str) -> None:
    values: dict[str, Any] = {"source": source, "position": position}
    statement = insert(NoticeProgress).values(values)
    changes = {"position": position}
    db.session.execute(statement.on_conflict_do_update(["source"], set_=changes))
