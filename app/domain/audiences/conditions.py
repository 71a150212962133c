"""What a segment can ask of one person: the kinds of conditions, and what each needs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from app.domain.texts.text_cleaning import clean_text
from app.domain.texts.whole_numbers import parse_whole_number

MAX_VALUE_LENGTH = 200
MAX_DAYS = 3650
MAX_QUESTIONS = 1000


class ConditionKind(StrEnum):
    """What a condition asks. The values are stored in the rules of segments."""

    IN_GROUP = "in_group"
    FIELD_IS = "field_is"
    FIELD_CONTAINS = "field_contains"
    FIELD_LESS = "field_less"
    FIELD_MORE = "field_more"
    FIELD_BEFORE = "field_before"
    FIELD_AFTER = "field_after"
    FIELD_NEXT_DAYS = "field_next_days"
    FIELD_LAST_DAYS = "field_last_days"
    FIELD_ANNIVERSARY_NEXT_DAYS = "field_anniversary_next_days"
    FIELD_ANNIVERSARY_LAST_DAYS = "field_anniversary_last_days"
    FIELD_HAS_VALUE = "field_has_value"
    EVENT_REGISTERED = "event_registered"
    EVENT_COMING = "event_coming"
    EVENT_MAYBE = "event_maybe"
    EVENT_NOT_COMING = "event_not_coming"
    EVENT_CAME = "event_came"
    EVENT_DID_NOT_COME = "event_did_not_come"
    SURVEY_ANSWER_IS = "survey_answer_is"
    SURVEY_ANSWER_CONTAINS = "survey_answer_contains"
    SURVEY_FINISHED = "survey_finished"
    SURVEY_NOT_FINISHED = "survey_not_finished"
    REPLIED_LAST_DAYS = "replied_last_days"
    REPLIED_TO_BLAST = "replied_to_blast"
    NO_REPLY_TO_BLAST = "no_reply_to_blast"
    LAST_TEXT_DELIVERED = "last_text_delivered"
    LAST_TEXT_FAILED = "last_text_failed"
    LAST_TEXT_UNCONFIRMED = "last_text_unconfirmed"
    LANGUAGE_IS = "language_is"
    JOINED_BEFORE = "joined_before"
    JOINED_AFTER = "joined_after"
    JOINED_LAST_DAYS = "joined_last_days"
    TEXTED_LAST_DAYS = "texted_last_days"
    TEXTED_TODAY = "texted_today"
    BIRTHDAY_MONTH = "birthday_month"
    BIRTHDAY_NEXT_DAYS = "birthday_next_days"
    BIRTHDAY_LAST_DAYS = "birthday_last_days"
    CHECKED_IN_LAST_DAYS = "checked_in_last_days"
    CHECK_INS_STOPPED = "check_ins_stopped"
    STREAK_AT_LEAST = "streak_at_least"


class ReferenceKind(StrEnum):
    """What a condition names by its id."""

    GROUP = "group"
    FIELD = "field"
    EVENT = "event"
    SURVEY = "survey"
    BLAST = "blast"


class ValueKind(StrEnum):
    """What a condition compares with."""

    NONE = "none"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DAYS = "days"
    MONTH = "month"
    LANGUAGE = "language"


@dataclass(frozen=True)
class ConditionShape:
    """What a kind of condition needs beside itself."""

    reference: ReferenceKind | None = None
    value: ValueKind = ValueKind.NONE
    has_question: bool = False


_KIND = ConditionKind
_FIELD, _EVENT = ReferenceKind.FIELD, ReferenceKind.EVENT
_SURVEY, _BLAST = ReferenceKind.SURVEY, ReferenceKind.BLAST
_JUST_EVENT = ConditionShape(_EVENT)
_FIELD_DAYS = ConditionShape(_FIELD, ValueKind.DAYS)
_DAYS = ConditionShape(value=ValueKind.DAYS)
CONDITION_SHAPES: dict[ConditionKind, ConditionShape] = {
    _KIND.IN_GROUP: ConditionShape(ReferenceKind.GROUP),
    _KIND.FIELD_IS: ConditionShape(_FIELD, ValueKind.TEXT),
    _KIND.FIELD_CONTAINS: ConditionShape(_FIELD, ValueKind.TEXT),
    _KIND.FIELD_LESS: ConditionShape(_FIELD, ValueKind.NUMBER),
    _KIND.FIELD_MORE: ConditionShape(_FIELD, ValueKind.NUMBER),
    _KIND.FIELD_BEFORE: ConditionShape(_FIELD, ValueKind.DATE),
    _KIND.FIELD_AFTER: ConditionShape(_FIELD, ValueKind.DATE),
    _KIND.FIELD_NEXT_DAYS: _FIELD_DAYS,
    _KIND.FIELD_LAST_DAYS: _FIELD_DAYS,
    _KIND.FIELD_ANNIVERSARY_NEXT_DAYS: _FIELD_DAYS,
    _KIND.FIELD_ANNIVERSARY_LAST_DAYS: _FIELD_DAYS,
    _KIND.FIELD_HAS_VALUE: ConditionShape(_FIELD),
    _KIND.EVENT_REGISTERED: _JUST_EVENT,
    _KIND.EVENT_COMING: _JUST_EVENT,
    _KIND.EVENT_MAYBE: _JUST_EVENT,
    _KIND.EVENT_NOT_COMING: _JUST_EVENT,
    _KIND.EVENT_CAME: _JUST_EVENT,
    _KIND.EVENT_DID_NOT_COME: _JUST_EVENT,
    _KIND.SURVEY_ANSWER_IS: ConditionShape(_SURVEY, ValueKind.TEXT, has_question=True),
    _KIND.SURVEY_ANSWER_CONTAINS: ConditionShape(_SURVEY, ValueKind.TEXT, has_question=True),
    _KIND.SURVEY_FINISHED: ConditionShape(_SURVEY),
    _KIND.SURVEY_NOT_FINISHED: ConditionShape(_SURVEY),
    _KIND.REPLIED_LAST_DAYS: _DAYS,
    _KIND.REPLIED_TO_BLAST: ConditionShape(_BLAST),
    _KIND.NO_REPLY_TO_BLAST: ConditionShape(_BLAST),
    _KIND.LAST_TEXT_DELIVERED: ConditionShape(),
    _KIND.LAST_TEXT_FAILED: ConditionShape(),
    _KIND.LAST_TEXT_UNCONFIRMED: ConditionShape(),
    _KIND.LANGUAGE_IS: ConditionShape(value=ValueKind.LANGUAGE),
    _KIND.JOINED_BEFORE: ConditionShape(value=ValueKind.DATE),
    _KIND.JOINED_AFTER: ConditionShape(value=ValueKind.DATE),
    _KIND.JOINED_LAST_DAYS: _DAYS,
    _KIND.TEXTED_LAST_DAYS: _DAYS,
    _KIND.TEXTED_TODAY: ConditionShape(),
    _KIND.BIRTHDAY_MONTH: ConditionShape(value=ValueKind.MONTH),
    _KIND.BIRTHDAY_NEXT_DAYS: _DAYS,
    _KIND.BIRTHDAY_LAST_DAYS: _DAYS,
    _KIND.CHECKED_IN_LAST_DAYS: _DAYS,
    _KIND.CHECK_INS_STOPPED: _DAYS,
    _KIND.STREAK_AT_LEAST: _DAYS,
}


@dataclass(frozen=True)
class Condition:
    """One condition. `ref_id`: the group, field, event, survey or blast that it names.

    `question`: the index of the survey's question, from 0. `value`: as clean_value() returns it.
    `is_negated`: who does not fulfil it is meant.
    """

    kind: ConditionKind
    ref_id: int | None = None
    question: int | None = None
    value: str = ""
    is_negated: bool = False

    @property
    def shape(self) -> ConditionShape:
        """What a condition of this kind needs."""
        return CONDITION_SHAPES[self.kind]

    @property
    def reference(self) -> tuple[ReferenceKind, int] | None:
        """What it names, by kind and id, or None."""
        kind = self.shape.reference
        if kind is None or self.ref_id is None:
            return None
        return kind, self.ref_id


def clean_value(kind: ValueKind, typed: str) -> str | None:
    """Return a value as rules keep it, or None when it cannot be read.

    Numbers as short as can be ("3.50" is "3.5"), dates as YYYY-MM-DD.
    """
    text = " ".join(clean_text(typed).split())
    if kind is ValueKind.NONE:
        return ""
    if not text or len(text) > MAX_VALUE_LENGTH:
        return None
    if kind is ValueKind.NUMBER:
        return _clean_number(text)
    if kind is ValueKind.DATE:
        return _clean_date(text)
    if kind is ValueKind.DAYS:
        return _clean_count(text, MAX_DAYS)
    if kind is ValueKind.MONTH:
        return _clean_count(text, 12)
    return text


def _clean_number(text: str) -> str | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal("1e15"):
        return None
    short = f"{number.normalize():f}"
    return "0" if short == "-0" else short


def _clean_date(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _clean_count(text: str, largest: int) -> str | None:
    count = parse_whole_number(text, 6)
    if count is None or not 1 <= count <= largest:
        return None
    return str(count)
