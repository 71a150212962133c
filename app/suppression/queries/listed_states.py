"""What keeps texts from some numbers now, as the file of opt-outs beside the database says it."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.suppression import sql
from app.suppression.journal_models import StopJournal
from app.suppression.models import UnsubscribedContact
from app.suppression.pause_models import ReplacedPause
from app.suppression.stop_lines import EMPTY_STATE, SECONDS_LENGTH, ListedState
from app.suppression.topic_models import DeletedTopicLeave, UnsubscribedTopic

# Returns the folded names of all groups by their ids.
TopicNameSource = Callable[[], Mapping[int, str]]


@dataclass
class ListedStates:
    """What the database says at one moment: the position, the states, and how each was said."""

    position: int = 0
    states: dict[str, ListedState] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)


def read_stop_position() -> int:
    """Return how often the do-not-text lists changed."""
    return db.session.scalar(select(StopJournal.position)) or 0


def read_listed_states(
    phones: Collection[str] | None, find_topic_names: TopicNameSource
) -> ListedStates:
    """Return the state of each of `phones`, None: of all that something keeps texts from.

    `find_topic_names` is called only when a topic was left. Numbers without a state have none here.
    """
    result = ListedStates()
    listed_phones = list(list_listed_phones() if phones is None else phones)
    rows = sql.SELECT_LISTED_STATES.fetch_rows(b_phones=json.dumps(listed_phones))
    topic_names: Mapping[int, str] = {}
    if any(row[0] == "topic" for row in rows):
        topic_names = find_topic_names()
    for what, phone, *values in sorted(rows, key=_find_order):
        if what == "position":
            result.position = values[0]
        elif what == "method":
            result.methods[phone] = values[0]
        else:
            state = result.states.get(phone, EMPTY_STATE)
            result.states[phone] = _add_to_state(state, what, values, topic_names)
    return result


def list_listed_phones() -> set[str]:
    """Return every number that something keeps texts from."""
    phones: set[str] = set()
    for model in (UnsubscribedContact, ReplacedPause, DeletedTopicLeave):
        phones.update(db.session.scalars(select(model.phone)))
    left = select(UnsubscribedTopic.phone).where(UnsubscribedTopic.until.is_(None))
    phones.update(db.session.scalars(left))
    return phones


def _find_order(row: tuple[Any, ...]) -> tuple[str, str, str]:
    # Equal states are equal whatever order their rows come in.
    what, phone, first, *_ = row
    return str(what), str(phone), f"{first:>12}"


def _add_to_state(
    state: ListedState, what: str, values: list[Any], topic_names: Mapping[int, str]
) -> ListedState:
    first, second, third = values
    if what == "listed":
        return replace(state, listed=(first, _complete(second), _complete_or_none(third)))
    if what == "behind":
        return replace(state, behind=(first, _complete(second), _complete_or_none(third)))
    if what == "topic":
        topic = (first, topic_names.get(first, ""), second)
        return replace(state, topics=(*state.topics, topic))
    return replace(state, gone_topics=(*state.gone_topics, first))


def _complete(moment: str) -> str:
    """Return a stored time with its microseconds, which CURRENT_TIMESTAMP leaves out."""
    return f"{moment}.000000" if len(moment) == SECONDS_LENGTH else moment


def _complete_or_none(moment: str | None) -> str | None:
    return None if moment is None else _complete(moment)
