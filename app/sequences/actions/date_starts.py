"""Start sequences by dates, missed events and missed check-ins: what no row tells when it comes.

Looked for once a minute, by indexes. The key of a start keeps it from counting twice, so that
yesterday and today are simply looked through again: a date may have been entered since.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.audiences.queries.segment_phones import select_pool_phones
from app.check_ins.queries.streaks import list_missed_check_ins
from app.core.column_types import datetime_to_db
from app.core.db import db, write
from app.core.fetched_rows import fetch_tuples
from app.core.listed_values import build_listed_column
from app.core.separate_runs import run_for_each
from app.core.settings import current_settings
from app.delivery.queries.installation_hold import find_sending_hold
from app.domain.audiences.rule_days import RuleDays
from app.domain.audiences.segment_rules import RulePool
from app.domain.sequences.sequence_states import DAY_TRIGGERS, SequenceState, SequenceTrigger
from app.domain.sequences.step_times import DAY_TIME, compute_step_time
from app.domain.time.local_times import get_local_date, zone_or_utc
from app.events.queries.phone_presence import select_missed_registrations
from app.organisation.queries import get_organisation_timezone
from app.profiles.queries.person_days import select_phones_with_birthday, select_phones_with_date
from app.sequences.models import Sequence as SequenceRow
from app.sequences.progress_models import SequencePerson
from app.sequences.queries.sequence_records import list_steps, reload_sequence

log = logging.getLogger(__name__)
# What was not looked for meanwhile would be late by more than a day anyway, but for long delays.
MAX_DAYS_BACK = 7
# Attendance is marked in the days after an event.
DAYS_OF_MARKING = 7


@dataclass(frozen=True)
class DayStart:
    """One start that is due: whose, by what, and on which day."""

    phone: str
    start_key: str
    day: date
    event_id: int | None = None


def start_by_dates(moment: datetime) -> int:
    """Put into each sequence whom a day starts it for; return for how many people.

    Idempotent. Needs an app context. A sequence that fails holds back no other.
    """
    if find_sending_hold() is not None:
        return 0
    started = run_for_each(
        _list_sequence_ids(),
        lambda id_: _start_sequence(id_, moment),
        "dates of sequence %s could not be looked for",
    )
    db.session.rollback()
    return started


def _list_sequence_ids() -> Sequence[int]:
    statement = select(SequenceRow.id).where(
        SequenceRow.state.in_((SequenceState.ACTIVE, SequenceState.PAUSED)),
        SequenceRow.trigger_kind.in_(DAY_TRIGGERS),
        SequenceRow.carrier == current_settings().carrier,
    )
    return db.session.scalars(statement).all()


def _start_sequence(sequence_id: int, moment: datetime) -> int:
    # A snapshot of its own: the sequence before has been written since.
    db.session.rollback()
    sequence = reload_sequence(sequence_id)
    if sequence is None:
        return 0
    zone = get_organisation_timezone()
    today = get_local_date(zone, moment)
    # Read first: in nearly every minute there is nothing to write, and no write lock to take.
    starts = _keep_new(sequence_id, list(_find_starts(sequence, today, zone)))
    if not starts and sequence.scanned_on == today:
        return 0
    revision = sequence.revision
    with write():
        row = reload_sequence(sequence_id)
        # Edited meanwhile: another field, another distance. The next minute looks again.
        if row is None or row.revision != revision:
            return 0
        row.scanned_on = today
        return _insert_starts(sequence_id, starts, zone, moment)


def _find_starts(sequence: SequenceRow, today: date, zone: str) -> Iterator[DayStart]:
    if sequence.trigger_kind is SequenceTrigger.MISSED:
        yield from _find_missed_events(sequence, today, zone)
        return
    if sequence.trigger_kind is SequenceTrigger.MISSED_CHECK_IN:
        yield from _find_missed_check_ins(sequence, today, zone)
        return
    for day in _list_days(sequence, today, zone):
        anchor = day - timedelta(days=sequence.trigger_days)
        if sequence.trigger_kind is SequenceTrigger.BIRTHDAY:
            yield from _find_birthdays(day, anchor)
        elif sequence.field_id is not None:
            yield from _find_field_dates(sequence.field_id, day, anchor)


def _list_days(sequence: SequenceRow, today: date, zone: str) -> list[date]:
    """Return the days to look through, the oldest first."""
    first = max(sequence.scanned_on or today, today - timedelta(days=MAX_DAYS_BACK))
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    return [day for day in days if _is_after_switching_on(sequence, day, zone)]


def _is_after_switching_on(sequence: SequenceRow, day: date, zone: str) -> bool:
    """Whether the first step of a day's start comes after the sequence was switched on."""
    steps = [step for step in list_steps(sequence.id) if step.is_on]
    if not steps or sequence.activated_at is None:
        return False
    first = steps[0]
    midnight = _find_midnight(day, zone)
    due_at = compute_step_time(midnight, first.delay_days, first.time_of_day or DAY_TIME, zone)
    return due_at >= sequence.activated_at


def _find_birthdays(day: date, anchor: date) -> Iterator[DayStart]:
    # Who was born on February 29 has a birthday on the 28th of other years.
    for month_day in RuleDays(anchor).list_anniversaries(0, 0):
        key = f"birthday:{anchor.year}:{month_day}"
        for phone in _list_contacts(select_phones_with_birthday([month_day])):
            yield DayStart(phone, key, day)


def _find_field_dates(field_id: int, day: date, anchor: date) -> Iterator[DayStart]:
    key = f"date:{field_id}:{anchor.isoformat()}"
    for phone in _list_contacts(select_phones_with_date(field_id, anchor)):
        yield DayStart(phone, key, day)


def _list_contacts(phones: object) -> Sequence[str]:
    """Return those of the phones of a select that are contacts, in order."""
    pool = select_pool_phones(RulePool.CONTACTS).subquery()
    phone = pool.c.phone
    statement = select(phone).where(phone.in_(phones)).order_by(phone)
    return db.session.scalars(statement).all()


def _find_missed_events(sequence: SequenceRow, today: date, zone: str) -> Iterator[DayStart]:
    if sequence.activated_at is None:
        return
    first = max(
        get_local_date(zone, sequence.activated_at), today - timedelta(days=DAYS_OF_MARKING)
    )
    # 0 is no event: one that was deleted must not become any event.
    event_id = None if sequence.is_any_event else sequence.event_id or 0
    rows = select_missed_registrations(event_id, first, today - timedelta(days=1))
    for missed_id, created_at, phone in fetch_tuples(rows):
        key = f"missed:{missed_id}:{datetime_to_db(created_at)}"
        yield DayStart(phone, key, today, missed_id)


def _find_missed_check_ins(sequence: SequenceRow, today: date, zone: str) -> Iterator[DayStart]:
    if sequence.activated_at is None:
        return
    switched_on = get_local_date(zone, sequence.activated_at)
    first = max(sequence.scanned_on or switched_on, switched_on)
    after = max(first, today - timedelta(days=MAX_DAYS_BACK)) - timedelta(days=1)
    missed = list_missed_check_ins(sequence.trigger_count, after, today)
    for row in missed:
        yield DayStart(row.phone, f"missed_check_in:{row.last_day.isoformat()}", today)


def _keep_new(sequence_id: int, starts: Sequence[DayStart]) -> list[DayStart]:
    """Return the starts that the sequence does not have: mostly there are none, and no write."""
    if not starts:
        return []
    row = SequencePerson
    keys = select(build_listed_column({start.start_key for start in starts}))
    statement = select(row.phone, row.start_key).where(
        row.sequence_id == sequence_id,
        row.phone.in_(select(build_listed_column(start.phone for start in starts))),
        row.start_key.in_(keys),
    )
    stored = set(fetch_tuples(statement))
    return [start for start in starts if (start.phone, start.start_key) not in stored]


def _insert_starts(
    sequence_id: int, starts: Sequence[DayStart], zone: str, moment: datetime
) -> int:
    if not starts:
        return 0
    rows = [
        {
            "sequence_id": sequence_id,
            "phone": start.phone,
            "start_key": start.start_key,
            "event_id": start.event_id,
            "started_at": _find_midnight(start.day, zone),
            "next_at": moment,
        }
        for start in starts
    ]
    keys = ["sequence_id", "phone", "start_key"]
    db.session.execute(insert(SequencePerson).on_conflict_do_nothing(index_elements=keys), rows)
    log.info("sequence %s: %s people entered it by a date", sequence_id, len(rows))
    return len(rows)


def _find_midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), zone_or_utc(zone)).astimezone(UTC)
