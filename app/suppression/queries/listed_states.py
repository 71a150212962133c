"""What keeps texts from some numbers now, as the file of opt-outs beside the database says it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import func, select

from app.core.column_types import datetime_to_db
from app.core.db import db
from app.core.listed_values import build_listed_column
from app.suppression.journal_models import StopJournal
from app.suppression.models import ConsentEvent, UnsubscribedContact
from app.suppression.pause_models import ReplacedPause
from app.suppression.stop_lines import EMPTY_STATE, ListedState
from app.suppression.topic_models import DeletedTopicLeave, UnsubscribedTopic

Phones = Collection[str] | None
# Returns the folded names of all groups by their ids.
TopicNameSource = Callable[[], Mapping[int, str]]


def read_stop_position() -> int:
    """Return how often the do-not-text lists changed."""
    return db.session.scalar(select(StopJournal.position)) or 0


def read_listed_states(phones: Phones, find_topic_names: TopicNameSource) -> dict[str, ListedState]:
    """Return the state of each of `phones`, None: of all that something keeps texts from.

    `find_topic_names` is called only when a topic was left. Numbers without a state have none here.
    """
    states: dict[str, ListedState] = {}
    for phone, entry in _read_entries(UnsubscribedContact, phones):
        states[phone] = ListedState(listed=entry)
    for phone, entry in _read_entries(ReplacedPause, phones):
        states[phone] = replace(states.get(phone, EMPTY_STATE), behind=entry)
    row, leave = UnsubscribedTopic, DeletedTopicLeave
    left = select(row.phone, row.group_id, row.source).where(row.until.is_(None))
    topic_rows = list(_read(left.order_by(row.group_id), row.phone, phones))
    topic_names = find_topic_names() if topic_rows else {}
    for phone, group_id, source in topic_rows:
        state = states.get(phone, EMPTY_STATE)
        topic = (group_id, topic_names.get(group_id, ""), str(source.value))
        states[phone] = replace(state, topics=(*state.topics, topic))
    gone = select(leave.phone, leave.folded_name).order_by(leave.folded_name)
    for phone, folded_name in _read(gone, leave.phone, phones):
        state = states.get(phone, EMPTY_STATE)
        states[phone] = replace(state, gone_topics=(*state.gone_topics, folded_name))
    return states


def find_newest_methods(phones: Collection[str]) -> dict[str, str]:
    """Return how the newest consent event of each number was said."""
    event = ConsentEvent
    newest = select(func.max(event.id)).group_by(event.phone)
    ids = newest.where(event.phone.in_(select(build_listed_column(phones))))
    rows = db.session.execute(select(event.phone, event.method).where(event.id.in_(ids)))
    return {phone: method.value for phone, method in rows}


def _read_entries(
    model: type[UnsubscribedContact] | type[ReplacedPause], phones: Phones
) -> Iterator[tuple[str, tuple[str, str, str | None]]]:
    columns = (model.phone, model.source, model.created_at, model.ends_at)
    for phone, source, since, end in _read(select(*columns), model.phone, phones):
        yield phone, (source, datetime_to_db(since), None if end is None else datetime_to_db(end))


def _read(statement: Any, column: Any, phones: Phones) -> Iterable[Any]:
    if phones is not None:
        statement = statement.where(column.in_(select(build_listed_column(phones))))
    return cast("Iterable[Any]", db.session.execute(statement))
