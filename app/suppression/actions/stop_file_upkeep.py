"""Keeps the file of opt-outs complete, and no longer than it needs to be."""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from app.core.db import db, write
from app.suppression.actions.erased_numbers import list_erased_since
from app.suppression.actions.stop_journal import StopWriter
from app.suppression.journal_models import StopJournal
from app.suppression.queries.listed_states import (
    list_listed_phones,
    read_listed_states,
    read_stop_position,
)
from app.suppression.stop_file import (
    StopFileContent,
    lock_stop_file,
    read_stop_file,
    replace_stop_file,
)
from app.suppression.stop_lines import EMPTY_STATE, StopLine

log = logging.getLogger(__name__)

# A line that says that nothing holds any more is needed as long as an older copy may be put back.
KEPT_FOR = timedelta(days=400)
# A file is written anew when it has more lines than its numbers need.
SPARE_LINES = 2_000
COMPARED_AT_ONCE = 2_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def complete_stop_file(journal: StopWriter, content: StopFileContent) -> None:
    """Write a line for every number whose last line does not say what holds."""
    phones = list_listed_phones()
    missing = _find_outdated(sorted(phones), content, journal)
    db.session.rollback()
    unlisted = content.lines.keys() - phones
    lifted = [phone for phone in unlisted if not content.lines[phone].state.is_empty]
    # Of a process that died before it took out the lines of somebody who was erased.
    lifted += set(list_erased_since(unlisted, BEGINNING)).difference(lifted)
    if not missing and not lifted:
        return
    if not read_stop_position():
        # What was there before anything was counted: an even older copy must be behind the file.
        with write():
            db.session.execute(update(StopJournal).values(position=1))
    behind = [*missing, *lifted]
    journal.record(behind)
    log.info("the file of opt-outs got %s numbers that it did not know", len(behind))


def _find_outdated(
    phones: Sequence[str], content: StopFileContent, journal: StopWriter
) -> list[str]:
    """Return the numbers whose last line does not say what holds."""
    outdated = []
    # Not all at once: 100,000 states would take 60 MB, which a process does not give back.
    for start in range(0, len(phones), COMPARED_AT_ONCE):
        some_phones = phones[start : start + COMPARED_AT_ONCE]
        states = read_listed_states(some_phones, journal.find_topic_names).states
        for phone in some_phones:
            line = content.lines.get(phone)
            written = line.state if line else EMPTY_STATE
            if written != states.get(phone, EMPTY_STATE):
                outdated.append(phone)
    return outdated


def shorten_stop_file(journal: StopWriter, content: StopFileContent, moment: datetime) -> None:
    """Write the file anew when most of its lines say what is no longer so.

    `content`: what the file said a moment ago; it is read again before it is replaced.
    """
    if content.line_count < 2 * len(content.lines) + SPARE_LINES:
        return
    oldest = (moment - KEPT_FOR).isoformat(timespec="seconds")
    with lock_stop_file(journal.database):
        content = read_stop_file(journal.database)
        lines = list(_filter_needed(content.lines.values(), oldest))
        replace_stop_file(journal.database, lines, content.position)
    log.info("the file of opt-outs was shortened to %s lines", len(lines))


def _filter_needed(lines: Iterable[StopLine], oldest: str) -> Iterable[StopLine]:
    return (line for line in lines if not line.state.is_empty or line.at > oldest)
