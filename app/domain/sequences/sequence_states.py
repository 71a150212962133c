"""What starts a sequence, and where a sequence, a person in it and a step of theirs are.

The values are stored.
"""

from enum import StrEnum


class SequenceTrigger(StrEnum):
    """What puts a person into a sequence."""

    HAND = "hand"
    GROUP = "group"
    REGISTERED = "registered"
    ATTENDED = "attended"
    MISSED = "missed"
    ANSWERED = "answered"
    DATE_FIELD = "date_field"
    BIRTHDAY = "birthday"
    STREAK = "streak"
    MISSED_CHECK_IN = "missed_check_in"


# They belong to an event, whose values their texts may name.
EVENT_TRIGGERS = (SequenceTrigger.REGISTERED, SequenceTrigger.ATTENDED, SequenceTrigger.MISSED)
# They are looked for once a day of the organisation's calendar.
DATE_TRIGGERS = (SequenceTrigger.DATE_FIELD, SequenceTrigger.BIRTHDAY)
# A day starts them, which has no time of its own.
DAY_TRIGGERS = (*DATE_TRIGGERS, SequenceTrigger.MISSED, SequenceTrigger.MISSED_CHECK_IN)


class SequenceState(StrEnum):
    """Whether a sequence starts for people and sends.

    OFF: never switched on. PAUSED: it sends nothing, but people still enter it. ARCHIVED: ended
    for good.
    """

    OFF = "off"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class SequencePersonState(StrEnum):
    """Whether a person gets further steps. PAUSED is by a user, STOPPED before the last step."""

    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


OPEN_PERSON_STATES = (SequencePersonState.ACTIVE, SequencePersonState.PAUSED)


class SequenceStopReason(StrEnum):
    """Why a person's sequence ended before its last step."""

    BY_HAND = "by_hand"
    REPLIED = "replied"
    ANSWERED_EVENT = "answered_event"
    OPTED_OUT = "opted_out"
    LEFT_TOPIC = "left_topic"
    LEFT_GROUP = "left_group"
    NOT_REGISTERED = "not_registered"
    EVENT_GONE = "event_gone"
    EVENT_MOVED = "event_moved"
    ATTENDED = "attended"
    # the new date starts it again when its day comes
    DATE_CHANGED = "date_changed"
    CHECKED_IN = "checked_in"
    NOT_A_CONTACT = "not_a_contact"
    NUMBER_INVALID = "number_invalid"
    # a person is texted once, at whichever of their numbers entered it first
    OTHER_NUMBER = "other_number"
    SEQUENCE_ENDED = "sequence_ended"


STOP_REASON_LABELS: dict[SequenceStopReason, str] = {
    SequenceStopReason.BY_HAND: "Ended by hand",
    SequenceStopReason.REPLIED: "They replied",
    SequenceStopReason.ANSWERED_EVENT: "They answered whether they come",
    SequenceStopReason.OPTED_OUT: "Opted out",
    SequenceStopReason.LEFT_TOPIC: "Left this topic",
    SequenceStopReason.LEFT_GROUP: "No longer in the group",
    SequenceStopReason.NOT_REGISTERED: "No longer registered",
    SequenceStopReason.EVENT_GONE: "The event is over or was deleted",
    SequenceStopReason.EVENT_MOVED: "The event was moved",
    SequenceStopReason.ATTENDED: "They came after all",
    SequenceStopReason.DATE_CHANGED: "The date was changed or removed",
    SequenceStopReason.CHECKED_IN: "They checked in again",
    SequenceStopReason.NOT_A_CONTACT: "No longer in your contacts",
    SequenceStopReason.NUMBER_INVALID: "Invalid number",
    SequenceStopReason.OTHER_NUMBER: "Their other number gets it",
    SequenceStopReason.SEQUENCE_ENDED: "The sequence was ended",
}


class SequenceSendOutcome(StrEnum):
    """What became of one step of one person: a text was made, or it was skipped."""

    QUEUED = "queued"
    SKIPPED = "skipped"


class StepSkipReason(StrEnum):
    """Why a step made no text, beside the reasons of app/domain/delivery/skip_reasons.py."""

    TOO_LATE = "too_late"
    CONDITION = "condition"
    # found in the carrier's list after an older database was restored
    HAS_TEXT = "has_text"


STEP_SKIP_LABELS: dict[StepSkipReason, str] = {
    StepSkipReason.TOO_LATE: "More than a day late",
    StepSkipReason.CONDITION: "Its condition was not met",
    StepSkipReason.HAS_TEXT: "They have this text already",
}
