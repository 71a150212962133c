"""Keeps the file of opt-outs complete, and no longer than it needs to be."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from app.core.db import db, write
from app.suppression.actions.erased_numbers import list_erased_since
from app.suppression.actions.stop_journal import StopWriter
from app.suppression.journal_models import StopJournal
from app.suppression.queries.listed_states import read_listed_states, read_stop_position
from app.suppression.stop_file import (
    StopFileContent,
    lock_stop_file,
    read_stop_file,
    replace_stop_file,
)
from app.suppression.stop_lines import StopLine

log = logging.getLogger(__name__)

# A line that says that nothing holds any more is needed as long as an older copy may be put back.
KEPT_FOR = timedelta(days=400)
# A file is written anew when it has more lines than its numbers need.
SPARE_LINES = 2_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def complete_stop_file(journal: StopWriter, content: StopFileContent) -> None:
    """Write a line for every number whose last line does not say what holds."""
    stored = read_listed_states(None, journal.find_topic_names).states
    db.session.rollback()
    written = {phone: line.state for phone, line in content.lines.items()}
    missing = [phone for phone, state in stored.items() if written.get(phone) != state]
    lifted = [
        phone for phone, state in written.items() if phone not in stored and not state.is_empty
    ]
    # Of a process that died before it took out the lines of somebody who was erased.
    unlisted = [phone for phone in written if phone not in stored]
    lifted += set(list_erased_since(unlisted, BEGINNING)).difference(lifted)
    if not missing and not lifted:
        return
    if not read_stop_position():
        # What was there before anything was counted: an even older copy must be behind the file.
        with write():
            db.session.execute(update(StopJournal).values(position=1))
    journal.record([*missing, *lifted])


def shorten_stop_file(journal: StopWriter, moment: datetime) -> None:
    """Write the file anew when most of its lines say what is no longer so."""
    content = read_stop_file(journal.database)
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
