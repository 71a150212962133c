"""Brings a database and the file of opt-outs beside it to the same state, before anything leaves.

A database that is behind the file is an older one that was put back: what the file knows since then
holds. One that is ahead lost its process between a commit and the file: the file gets what it
misses.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects.sqlite import insert

from app.core.column_types import datetime_from_db
from app.core.database_errors import DATABASE_ERRORS
from app.core.db import db, write
from app.suppression.actions.consent_events import add_consent_event
from app.suppression.actions.opt_outs import close_stop_question
from app.suppression.actions.stop_file_upkeep import complete_stop_file, shorten_stop_file
from app.suppression.actions.stop_journal import StopWriter, get_stop_journal
from app.suppression.journal_models import StopJournal
from app.suppression.models import (
    INBOUND_SOURCE,
    PAUSE_SCOPE,
    ConsentAct,
    ConsentMethod,
    UnsubscribedContact,
)
from app.suppression.pause_models import ReplacedPause
from app.suppression.queries.listed_states import read_listed_states, read_stop_position
from app.suppression.stop_file import (
    StopFileContent,
    read_last_position,
    read_stop_file,
)
from app.suppression.stop_lines import (
    EMPTY_STATE,
    ListedState,
    StopLine,
    is_newer_opt_out,
    merge_states,
)
from app.suppression.topic_models import DeletedTopicLeave, TopicLeaveSource, UnsubscribedTopic

log = logging.getLogger(__name__)

KEPT_REASON = "Known from the file beside the database, after an older backup was restored"


@dataclass(frozen=True)
class ReplayedStops:
    """How many numbers an older database learnt of: on the lists, and off them again."""

    stopped_count: int = 0
    returned_count: int = 0


def replay_stops(moment: datetime) -> ReplayedStops:
    """Apply what the file knows and the database does not, then let the file miss nothing.

    Opens its own write(). Takes milliseconds when both agree. Raises OSError when the file cannot
    be read, and what write() raises: then nothing may be sent.
    """
    journal = get_stop_journal()
    try:
        content = read_stop_file(journal.database)
        was_uncompared, journal.is_uncompared = journal.is_uncompared, False
        return _compare(journal, content, was_uncompared, moment)
    except (OSError, *DATABASE_ERRORS):
        # Until then nothing is counted, or this count could overtake that of the file.
        journal.is_uncompared = True
        raise


def _compare(
    journal: StopWriter, content: StopFileContent, was_uncompared: bool, moment: datetime
) -> ReplayedStops:
    """Bring the database and the file to the same state.

    `was_uncompared`: the file could not be read before, and pages may have changed opt-outs since.
    """
    position = read_stop_position()
    replayed = ReplayedStops()
    if content.position > position:
        newer = [line for line in content.lines.values() if line.position > position]
        if not position or was_uncompared:
            newer = _merge_with_uncounted(newer, journal)
        replayed = _apply_lines(newer, content.position, journal, moment)
        log.warning(
            "an older database was put back: %s opt-outs and %s returns since then are applied",
            replayed.stopped_count,
            replayed.returned_count,
        )
    elif was_uncompared:
        # What changed meanwhile was not counted: a copy from then must be behind its lines.
        with write():
            db.session.execute(update(StopJournal).values(position=StopJournal.position + 1))
    # Equal positions say little: of two processes, one may have died before its line was written.
    complete_stop_file(journal, content)
    shorten_stop_file(journal, content, moment)
    db.session.rollback()
    return replayed


def apply_newer_stops(moment: datetime) -> None:
    """Apply the file, if this is an older database, before a page changes anything in it.

    Else the count of the database could overtake that of the file. A file that cannot be read
    holds sending later. Takes a millisecond when there is nothing to do.
    """
    journal = get_stop_journal()
    try:
        position = read_stop_position()
        if read_last_position(journal.database) > position:
            replay_stops(moment)
    except (OSError, *DATABASE_ERRORS) as error:
        journal.is_uncompared = True
        log.warning("the file of opt-outs could not be applied yet (%s)", type(error).__name__)
    db.session.rollback()


def _merge_with_uncounted(lines: list[StopLine], journal: StopWriter) -> list[StopLine]:
    """Return the lines with the topics and pauses that hold in a database that counted nothing.

    It is from before the file, or an older version of the program wrote to it: nobody knows which
    is newer, so nothing is taken back but entries that are surely older than their line.
    """
    states = read_listed_states(None, journal.find_topic_names).states
    merged = []
    for line in lines:
        before = replace(states.get(line.phone, EMPTY_STATE), listed=None)
        merged.append(replace(line, state=merge_states(line.state, before)))
    return merged


def _apply_lines(
    lines: list[StopLine], position: int, journal: StopWriter, moment: datetime
) -> ReplayedStops:
    states = read_listed_states(None, journal.find_topic_names).states
    news = [line for line in lines if line.state != states.get(line.phone, EMPTY_STATE)]
    topic_names = journal.find_topic_names()
    db.session.rollback()
    stopped = returned = 0
    # One transaction: the database is ahead of the file when all of it holds, and not before.
    with write():
        if read_stop_position() >= position:
            # Another process was faster.
            return ReplayedStops()
        is_behind = StopJournal.position <= position
        db.session.execute(update(StopJournal).where(is_behind).values(position=position + 1))
        for line in news:
            before = states.get(line.phone, EMPTY_STATE)
            if _apply_line(line, before, topic_names, moment):
                stopped += not line.state.is_empty
                returned += line.state.is_empty
    return ReplayedStops(stopped, returned)


def _apply_line(
    line: StopLine, before: ListedState, topic_names: Mapping[int, str], moment: datetime
) -> bool:
    """Let the number of a line be as the line says. Returns whether that changed anything."""
    state = line.state
    is_kept = is_newer_opt_out(before, line)
    is_changed = not is_kept and _set_entry(line, before.listed)
    if state.behind != before.behind:
        is_changed = True
        _set_replaced_pause(line)
    return _set_topics(line, before, topic_names, moment) or is_changed


def _set_entry(line: StopLine, before: tuple[str, str, str | None] | None) -> bool:
    entry, row = line.state.listed, UnsubscribedContact
    if entry == before:
        return False
    db.session.execute(delete(row).where(row.phone == line.phone))
    scope = PAUSE_SCOPE if (entry or before or ("", "", None))[2] else None
    if entry is None:
        method = ConsentMethod(line.method or ConsentMethod.ADMIN)
        add_consent_event(line.phone, ConsentAct.RETURNED, method, KEPT_REASON, None, scope)
        return True
    source, since, end = entry
    values = {"phone": line.phone, "source": source, "reason": KEPT_REASON}
    times = {"created_at": datetime_from_db(since), "ends_at": datetime_from_db(end)}
    db.session.execute(insert(row).values(values | times))
    method = ConsentMethod.STOP if source == INBOUND_SOURCE else ConsentMethod.ADMIN
    add_consent_event(line.phone, ConsentAct.WITHDRAWN, method, KEPT_REASON, None, scope)
    if end is None:
        close_stop_question(line.phone, "out", None)
    return True


def _set_replaced_pause(line: StopLine) -> None:
    row = ReplacedPause
    db.session.execute(delete(row).where(row.phone == line.phone))
    if line.state.behind is not None:
        source, since, end = line.state.behind
        values = {"phone": line.phone, "source": source, "reason": KEPT_REASON}
        times = {"created_at": datetime_from_db(since), "ends_at": datetime_from_db(end)}
        db.session.execute(insert(row).values(values | times))


def _set_topics(
    line: StopLine, before: ListedState, topic_names: Mapping[int, str], moment: datetime
) -> bool:
    """Let the number have left the topics of its line; those that are not there wait for their
    name.
    """
    ids_by_name = {name: id for id, name in topic_names.items()}
    sources: dict[int, str] = {}
    gone_names = set(line.state.gone_topics)
    for id, name, source in line.state.topics:
        found_id = ids_by_name.get(name) or (id if id in topic_names else None)
        if found_id is None or topic_names[found_id] != name:
            gone_names.add(name)
        if found_id is not None:
            sources[found_id] = source
    for name in sorted(gone_names & ids_by_name.keys()):
        # The topic was deleted later than this database; here it is still there, and left.
        sources.setdefault(ids_by_name[name], TopicLeaveSource.INBOUND.value)
    left = {id for id, _, _ in before.topics}
    row = UnsubscribedTopic
    is_open = (row.phone == line.phone, row.until.is_(None))
    for id in left - sources.keys():
        db.session.execute(update(row).where(*is_open, row.group_id == id).values(until=moment))
    for id in sources.keys() - left:
        source = TopicLeaveSource(sources[id])
        values = {"phone": line.phone, "group_id": id, "since": moment, "source": source}
        db.session.execute(insert(row).values(values))
    is_renamed = _set_gone_topics(line.phone, gone_names - ids_by_name.keys(), before)
    return left != sources.keys() or is_renamed


def _set_gone_topics(phone: str, names: set[str], before: ListedState) -> bool:
    row, names_before = DeletedTopicLeave, set(before.gone_topics)
    superfluous = sorted(names_before - names)
    if superfluous:
        is_of_phone = (row.phone == phone, row.folded_name.in_(superfluous))
        db.session.execute(delete(row).where(*is_of_phone))
    for name in sorted(filter(None, names - names_before)):
        values = {"phone": phone, "folded_name": name, "source": TopicLeaveSource.INBOUND}
        db.session.execute(insert(row).values(values).on_conflict_do_nothing())
    return names_before != names
