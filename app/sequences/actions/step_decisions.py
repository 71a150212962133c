"""Whether a due person is still meant by a sequence, and gets a step."""

from app.domain.delivery.skip_reasons import SkipReason
from app.domain.sequences.sequence_states import (
    DATE_TRIGGERS,
    SequenceStopReason,
    SequenceTrigger,
)
from app.domain.time.local_times import zone_or_utc
from app.sequences.models import Sequence
from app.sequences.queries.due_people import DuePerson
from app.sequences.queries.slice_facts import SliceFacts, is_of_event


def find_stop_reason(
    person: DuePerson, sequence: Sequence, facts: SliceFacts, zone: str
) -> SequenceStopReason | None:
    """Return why a sequence ends for a person now; None where it goes on."""
    if facts.reasons.get(person.phone) is SkipReason.SAID_STOP:
        return SequenceStopReason.OPTED_OUT
    if person.phone in facts.left_phones:
        return SequenceStopReason.LEFT_TOPIC
    if person.id in facts.other_number_ids:
        return SequenceStopReason.OTHER_NUMBER
    last_inbound = facts.last_inbound.get(person.phone)
    if sequence.stops_on_reply and last_inbound and last_inbound > person.started_at:
        return SequenceStopReason.REPLIED
    if person.is_added_by_hand:
        return None
    if is_of_event(sequence):
        return _find_event_reason(person, sequence, facts, zone)
    return _find_trigger_reason(person, sequence, facts)


def _find_event_reason(
    person: DuePerson, sequence: Sequence, facts: SliceFacts, zone: str
) -> SequenceStopReason | None:
    event_id = person.event_id
    if event_id is None or event_id not in facts.event_dates:
        return SequenceStopReason.EVENT_GONE
    presence = facts.presences.get((event_id, person.phone))
    if presence is None:
        if sequence.stops_on_leaving:
            return SequenceStopReason.NOT_REGISTERED
        return _find_former_contact(person, facts)
    if sequence.trigger_kind is SequenceTrigger.MISSED and presence.attended_at:
        return SequenceStopReason.ATTENDED
    if sequence.stops_on_rsvp and presence.answer is not None:
        return SequenceStopReason.ANSWERED_EVENT
    return _find_reason_of_day(sequence.trigger_kind, is_over=_was_over(person, facts, zone))


def _find_reason_of_day(kind: SequenceTrigger, *, is_over: bool) -> SequenceStopReason | None:
    """Return why an event's day ends a sequence. `is_over`: by that day it was when they began."""
    if kind is SequenceTrigger.REGISTERED and is_over:
        return SequenceStopReason.EVENT_GONE
    # It was over when it was missed, so it has another day since.
    if kind is SequenceTrigger.MISSED and not is_over:
        return SequenceStopReason.EVENT_MOVED
    return None


def _find_former_contact(person: DuePerson, facts: SliceFacts) -> SequenceStopReason | None:
    """Return that a person is on no list any more, as after an import was undone."""
    return None if person.phone in facts.contacts else SequenceStopReason.NOT_A_CONTACT


def _was_over(person: DuePerson, facts: SliceFacts, zone: str) -> bool:
    """Whether the event was over when a person started, as by an import of a list."""
    event_date = facts.event_dates.get(person.event_id or 0)
    started_on = person.started_at.astimezone(zone_or_utc(zone)).date()
    return event_date is not None and event_date < started_on


def _find_trigger_reason(
    person: DuePerson, sequence: Sequence, facts: SliceFacts
) -> SequenceStopReason | None:
    kind, phone = sequence.trigger_kind, person.phone
    # What names the start stands behind the last colon of its key.
    started_by = person.start_key.rpartition(":")[2]
    if kind is SequenceTrigger.MISSED_CHECK_IN:
        last_day = facts.check_in_days.get(phone)
        is_back = last_day is not None and last_day.isoformat() > started_by
        return SequenceStopReason.CHECKED_IN if is_back else None
    if kind in DATE_TRIGGERS and (reason := _find_former_contact(person, facts)):
        return reason
    if not sequence.stops_on_leaving:
        return _find_former_contact(person, facts) if kind is SequenceTrigger.GROUP else None
    if kind is SequenceTrigger.GROUP:
        return SequenceStopReason.LEFT_GROUP if phone not in facts.group_phones else None
    if kind is SequenceTrigger.DATE_FIELD:
        has_date = facts.dates.get(phone) == started_by
        return None if has_date else SequenceStopReason.DATE_CHANGED
    if kind is SequenceTrigger.BIRTHDAY:
        birthday = facts.birthdays.get(phone)
        has_date = birthday is not None and f"{birthday:%m-%d}" == started_by
        return None if has_date else SequenceStopReason.DATE_CHANGED
    return None
