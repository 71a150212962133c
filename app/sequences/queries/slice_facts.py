"""What decides about the due people of a sequence: whether each is still meant, and may be texted.

A handful of statements for a slice of people, each asked only where the sequence depends on it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from app.audiences.queries.segment_phones import select_pool_phones
from app.check_ins.queries.last_check_ins import find_last_check_in_days
from app.core.db import db
from app.core.fetched_rows import fetch_tuples
from app.core.listed_values import build_listed_column
from app.delivery.queries.sequence_texts import find_last_inbound_times
from app.domain.audiences.segment_rules import RulePool
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.sequences.sequence_states import (
    DATE_TRIGGERS,
    EVENT_TRIGGERS,
    SequenceTrigger,
)
from app.events.queries.phone_presence import EventPresence, find_event_dates, find_presences
from app.groups.queries.memberships import select_group_phones
from app.profiles.queries.other_phones import (
    has_other_phone,
    has_second_numbers,
    list_other_phones,
)
from app.profiles.queries.person_days import find_birthdays_of_phones, find_dates_of_phones
from app.sequences.models import Sequence as SequenceRow
from app.sequences.progress_models import SequencePerson, SequenceSend
from app.sequences.queries.due_people import DuePerson, DueSlice
from app.suppression.queries.left_topics import find_phones_that_left
from app.suppression.queries.sending_permission import find_suppression_reasons


@dataclass(frozen=True)
class SliceFacts:
    """What is known of the people of a slice, by number; what was not asked is empty.

    `group_phones`: those of them in the sequence's group. `left_phones`: who left it as a topic,
    which they do by text and stay in the group. `other_number_ids`: whose other number is
    in the sequence too, and was first. `contacts`: who is on any list of people.
    `sent_ids`: who got the step that is next already, as where steps were put into another order.
    """

    reasons: Mapping[str, SkipReason]
    last_inbound: Mapping[str, datetime] = field(default_factory=dict)
    group_phones: Collection[str] = ()
    left_phones: Collection[str] = ()
    presences: Mapping[tuple[int, str], EventPresence] = field(default_factory=dict)
    event_dates: Mapping[int, date | None] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    birthdays: Mapping[str, date] = field(default_factory=dict)
    check_in_days: Mapping[str, date] = field(default_factory=dict)
    contacts: Collection[str] = ()
    other_number_ids: Collection[int] = ()
    sent_ids: Collection[int] = ()


def load_slice_facts(due: DueSlice) -> SliceFacts:
    """Return what decides about the people of a slice now."""
    sequence, people = due.sequence, due.people
    phones = list({person.phone for person in people})
    event_ids = {person.event_id for person in people if person.event_id is not None}
    return SliceFacts(
        reasons=find_suppression_reasons(phones),
        last_inbound=_find_inbound_times(sequence, people, phones),
        group_phones=_find_group_phones(sequence, phones),
        left_phones=find_phones_that_left(sequence.group_id or 0, phones),
        presences=find_presences(event_ids, phones) if event_ids else {},
        event_dates=find_event_dates(event_ids) if event_ids else {},
        dates=_find_dates(sequence, phones),
        birthdays=_find_birthdays(sequence, phones),
        check_in_days=_find_check_in_days(sequence, phones),
        contacts=_find_contacts(sequence, phones),
        other_number_ids=_find_people_with_other_number(people),
        sent_ids=_find_people_with_step(people),
    )


def keep_selected(selected: Select[str], phones: Sequence[str]) -> set[str]:
    """Return which of these numbers a select of numbers has. One statement."""
    phone = selected.subquery().columns[0]
    statement = select(phone).where(phone.in_(select(build_listed_column(phones))))
    return set(db.session.scalars(statement))


def is_of_event(sequence: SequenceRow) -> bool:
    """Whether what starts a sequence is about events."""
    return sequence.trigger_kind in EVENT_TRIGGERS


def _find_inbound_times(
    sequence: SequenceRow, people: Sequence[DuePerson], phones: Sequence[str]
) -> dict[str, datetime]:
    # Asked once for all: who texted before their own start is told apart by the decision.
    if not sequence.stops_on_reply or not people:
        return {}
    since = min(person.started_at for person in people)
    times = find_last_inbound_times(phones, since)
    # Mostly no one has a second number; who has may answer from it.
    if has_second_numbers():
        for phone in phones:
            other_times = find_last_inbound_times(list_other_phones(phone), since).values()
            times[phone] = max([times.get(phone, since), *other_times])
    return times


def _find_group_phones(sequence: SequenceRow, phones: Sequence[str]) -> set[str]:
    if sequence.trigger_kind is not SequenceTrigger.GROUP or sequence.group_id is None:
        return set()
    return keep_selected(select_group_phones(sequence.group_id), phones)


def _find_dates(sequence: SequenceRow, phones: Sequence[str]) -> dict[str, str]:
    if sequence.trigger_kind is not SequenceTrigger.DATE_FIELD or sequence.field_id is None:
        return {}
    return find_dates_of_phones(sequence.field_id, phones)


def _find_birthdays(sequence: SequenceRow, phones: Sequence[str]) -> dict[str, date]:
    if sequence.trigger_kind is not SequenceTrigger.BIRTHDAY:
        return {}
    return find_birthdays_of_phones(phones)


def _find_check_in_days(sequence: SequenceRow, phones: Sequence[str]) -> dict[str, date]:
    if sequence.trigger_kind is not SequenceTrigger.MISSED_CHECK_IN:
        return {}
    return find_last_check_in_days(phones)


def _find_contacts(sequence: SequenceRow, phones: Sequence[str]) -> set[str]:
    # Of a group or an event it follows from the place there, where that is asked for.
    is_of_list = sequence.trigger_kind in (SequenceTrigger.GROUP, *EVENT_TRIGGERS)
    is_place_asked = not is_of_list or sequence.stops_on_leaving
    if sequence.trigger_kind not in DATE_TRIGGERS and is_place_asked:
        return set()
    return keep_selected(select_pool_phones(RulePool.CONTACTS), phones)


def _find_people_with_other_number(people: Sequence[DuePerson]) -> set[int]:
    """Return the ids of whose other number was in the sequence first, at the same time."""
    # Mostly no one has a second number, and then nothing is looked up.
    if not has_second_numbers():
        return set()
    row, other = SequencePerson, aliased(SequencePerson)

    def is_in_it(phone: Any) -> ColumnElement[bool]:
        is_first = exists().where(
            other.phone == phone,
            other.sequence_id == row.sequence_id,
            other.id < row.id,
            or_(other.ended_at.is_(None), other.ended_at >= row.started_at),
            other.event_id.is_not_distinct_from(row.event_id),
        )
        # Two selects further in, SQLAlchemy would take `row` for another list of its own.
        return is_first.correlate_except(other)

    ids = build_listed_column(person.id for person in people)
    statement = select(row.id).where(row.id.in_(select(ids)), has_other_phone(row.phone, is_in_it))
    return {person_id for (person_id,) in fetch_tuples(statement)}


def _find_people_with_step(people: Sequence[DuePerson]) -> set[int]:
    """Return the ids of those who have the step that is next already."""
    row, send = SequencePerson, SequenceSend
    ids = build_listed_column(person.id for person in people)
    statement = select(row.id).where(row.id.in_(select(ids)))
    statement = statement.join(
        send,
        (send.sequence_person_id == row.id)
        & (send.step_id == row.step_id)
        & (send.repetition == row.repetition),
    )
    return set(db.session.scalars(statement))
