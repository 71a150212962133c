"""Sequences in words: what starts one, when each step is due, and the labels of their states."""

from collections.abc import Callable

from app.domain.sequences.sequence_states import (
    DATE_TRIGGERS,
    DAY_TRIGGERS,
    EVENT_TRIGGERS,
    SequencePersonState,
    SequenceState,
    SequenceTrigger,
)
from app.domain.sequences.step_conditions import (
    FIELD_CONDITIONS,
    GROUP_CONDITIONS,
    SEGMENT_CONDITIONS,
    StepCondition,
    StepConditionKind,
)
from app.domain.sequences.step_times import DAY_TIME
from app.domain.texts.plurals import pluralize
from app.domain.texts.text_cleaning import capitalize_first

# As the form offers them, in its order.
TRIGGER_LABELS: dict[SequenceTrigger, str] = {
    SequenceTrigger.HAND: "Someone is added by hand",
    SequenceTrigger.GROUP: "Someone joins a group",
    SequenceTrigger.REGISTERED: "Someone registers for an event",
    SequenceTrigger.ATTENDED: "Someone comes to an event",
    SequenceTrigger.MISSED: "Someone misses an event",
    SequenceTrigger.ANSWERED: "Someone finishes a survey",
    SequenceTrigger.DATE_FIELD: "A date in a field",
    SequenceTrigger.BIRTHDAY: "Their birthday, every year",
    SequenceTrigger.STREAK: "Someone checks in several days in a row",
    SequenceTrigger.MISSED_CHECK_IN: "Someone misses check-ins",
}
_LEAVING_PHRASES = dict.fromkeys(EVENT_TRIGGERS, "are no longer registered")
_LEAVING_PHRASES[SequenceTrigger.GROUP] = "leave the group"
_LEAVING_PHRASES |= dict.fromkeys(DATE_TRIGGERS, "have another date, or none")
# What ends one whatever its settings say.
_RETURN_PHRASES = {
    SequenceTrigger.MISSED: "turn out to have come",
    SequenceTrigger.MISSED_CHECK_IN: "check in again",
}
# The kind of a tag and its word.
SEQUENCE_STATE_LABELS: dict[SequenceState, tuple[str, str]] = {
    SequenceState.OFF: ("", "Off"),
    SequenceState.ACTIVE: ("ok", "On"),
    SequenceState.PAUSED: ("warn", "Paused"),
    SequenceState.ARCHIVED: ("", "Archived"),
}
PERSON_STATE_LABELS: dict[SequencePersonState, tuple[str, str]] = {
    SequencePersonState.ACTIVE: ("info", "In progress"),
    SequencePersonState.PAUSED: ("warn", "Paused"),
    SequencePersonState.DONE: ("ok", "Finished"),
    SequencePersonState.STOPPED: ("", "Ended early"),
}
_TRIGGER_PHRASES = {
    SequenceTrigger.HAND: "Someone is added by hand",
    SequenceTrigger.GROUP: "Someone joins {name}",
    SequenceTrigger.REGISTERED: "Someone registers for {name}",
    SequenceTrigger.ATTENDED: "Someone comes to {name}",
    SequenceTrigger.MISSED: "Someone misses {name}",
    SequenceTrigger.ANSWERED: "Someone finishes {name}",
    SequenceTrigger.DATE_FIELD: "{offset} the date in {name}",
    SequenceTrigger.BIRTHDAY: "{offset} their birthday",
    SequenceTrigger.STREAK: "Someone checks in {count} in a row",
    SequenceTrigger.MISSED_CHECK_IN: "Someone does not check in for {count}",
}


def describe_trigger(kind: SequenceTrigger, name: str | None, days: int, count: int) -> str:
    """Return what starts a sequence, without a full stop: "Someone joins “Choir”".

    `name`: what the trigger names, in quotes or "any event"; None where it was deleted.
    """
    phrase = _TRIGGER_PHRASES[kind]
    if "{name}" in phrase and name is None:
        return f"{TRIGGER_LABELS[kind]} (none chosen)"
    days_in_a_row = pluralize(count, "day")
    return phrase.format(name=name, count=days_in_a_row, offset=_describe_offset(days))


def _describe_offset(days: int) -> str:
    if days == 0:
        return "On"
    side = "after" if days > 0 else "before"
    return f"{pluralize(abs(days), 'day')} {side}"


def describe_step_time(
    delay_days: int,
    clock: str | None,
    kind: SequenceTrigger,
    *,
    is_first: bool,
    format_clock: Callable[[str], str],
) -> str:
    """Return when a step is due: "3 days later at 9:00 AM"; `clock` is HH:MM or None.

    `kind`: what starts the sequence; a day starts at its own time.
    """
    if is_first and kind in DAY_TRIGGERS:
        clock = clock or DAY_TIME
    if delay_days == 0 and clock is None:
        return "At once" if is_first else "Right after the step before"
    when = f"{pluralize(delay_days, 'day')} later" if delay_days else "On the same day"
    if clock is None:
        return f"{when}, at the same time"
    return f"{when} at {format_clock(clock)}"


def describe_repetition(repeat_days: int | None, until: str) -> str:
    """Return how a step repeats: ", then every 3 days until …"; "" for one that does not."""
    if repeat_days is None:
        return ""
    every = "every day" if repeat_days == 1 else f"every {repeat_days} days"
    return f", then {every} until {until}" if until else f", then {every}"


# After "only if" and "until"; {} is the name in quotes of what is asked about.
CONDITION_PHRASES: dict[StepConditionKind, str] = {
    StepConditionKind.IN_GROUP: "they are in {}",
    StepConditionKind.NOT_IN_GROUP: "they are not in {}",
    StepConditionKind.IN_SEGMENT: "they are in {}",
    StepConditionKind.NOT_IN_SEGMENT: "they are not in {}",
    StepConditionKind.FIELD_FILLED: "{} has a value",
    StepConditionKind.FIELD_EMPTY: "{} is empty",
    StepConditionKind.EVENT_COMING: "they are coming to the event",
    StepConditionKind.EVENT_NO_ANSWER: "they have not answered the event",
    StepConditionKind.EVENT_ATTENDED: "they came to the event",
    StepConditionKind.EVENT_NOT_ATTENDED: "they did not come to the event",
}
_NOUNS = dict.fromkeys(GROUP_CONDITIONS, "a group")
_NOUNS |= dict.fromkeys(SEGMENT_CONDITIONS, "a segment")
_NOUNS |= dict.fromkeys(FIELD_CONDITIONS, "a field")
# As the form offers them.
CONDITION_LABELS = {
    kind: capitalize_first(phrase.format(_NOUNS.get(kind, "")))
    for kind, phrase in CONDITION_PHRASES.items()
}


def describe_condition(condition: StepCondition, name: str | None) -> str:
    """Return a condition as a phrase: "they are in “Choir”"; `name`: None where it was deleted."""
    noun = _NOUNS.get(condition.kind, "").removeprefix("a ")
    what = f"“{name}”" if name else f"a deleted {noun}"
    return CONDITION_PHRASES[condition.kind].format(what)


def describe_ends(kind: SequenceTrigger, *, on_reply: bool, on_rsvp: bool, on_leaving: bool) -> str:
    """Return for whom a sequence ends early: "people who opt out or leave the group"."""
    phrases = ["opt out"]
    if kind in _RETURN_PHRASES:
        phrases.append(_RETURN_PHRASES[kind])
    if on_reply:
        phrases.append("reply")
    if on_rsvp and kind in EVENT_TRIGGERS:
        phrases.append("answer whether they come")
    if on_leaving and kind in _LEAVING_PHRASES:
        phrases.append(_LEAVING_PHRASES[kind])
    *first, last = phrases
    return f"people who {', '.join(first)} or {last}" if first else f"people who {last}"
