"""One condition of a segment in words, such as "not texted in the last 7 days"."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.audiences.conditions import Condition, ConditionKind, ReferenceKind, ValueKind
from app.domain.texts.plurals import pluralize
from app.domain.time.date_styles import DateStyle, get_date_style

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NOUNS = {
    ReferenceKind.GROUP: "group",
    ReferenceKind.FIELD: "field",
    ReferenceKind.EVENT: "event",
    ReferenceKind.SURVEY: "survey",
    ReferenceKind.BLAST: "blast",
}


@dataclass(frozen=True)
class RuleNames:
    """The names that the sentence of a rule needs.

    `references`: by kind and id; what is missing was deleted. `languages`: by code.
    """

    references: Mapping[tuple[ReferenceKind, int], str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    date_style: DateStyle = field(default_factory=lambda: get_date_style(""))

    def find_name(self, condition: Condition) -> str:
        """Return what a condition names: "Choir", "a deleted group"; "" for nothing."""
        if condition.reference is None:
            return ""
        return self.references.get(condition.reference) or f"a deleted {self._noun(condition)}"

    def without(self, gone: Collection[tuple[ReferenceKind, int]]) -> "RuleNames":
        """Return the names without those of things that were deleted."""
        if not gone:
            return self
        references = {key: name for key, name in self.references.items() if key not in gone}
        return RuleNames(references, self.languages, self.date_style)

    def _noun(self, condition: Condition) -> str:
        kind = condition.shape.reference
        return NOUNS[kind] if kind else ""


_KIND = ConditionKind
# What is said of those who fulfil a condition, and of those who do not. {name}: what it names;
# {value}: what it compares with; {length}: how many days that are; {question}: the number of the
# question.
PHRASES: dict[ConditionKind, tuple[str, str]] = {
    _KIND.IN_GROUP: ("in {name}", "not in {name}"),
    _KIND.FIELD_IS: ("{name} is “{value}”", "{name} is not “{value}”"),
    _KIND.FIELD_CONTAINS: ("{name} contains “{value}”", "{name} does not contain “{value}”"),
    _KIND.FIELD_LESS: ("{name} less than {value}", "{name} not less than {value}"),
    _KIND.FIELD_MORE: ("{name} more than {value}", "{name} not more than {value}"),
    _KIND.FIELD_BEFORE: ("{name} before {value}", "{name} not before {value}"),
    _KIND.FIELD_AFTER: ("{name} after {value}", "{name} not after {value}"),
    _KIND.FIELD_NEXT_DAYS: ("{name} in the next {value}", "{name} not in the next {value}"),
    _KIND.FIELD_LAST_DAYS: ("{name} in the last {value}", "{name} not in the last {value}"),
    _KIND.FIELD_ANNIVERSARY_NEXT_DAYS: (
        "anniversary of {name} in the next {value}",
        "no anniversary of {name} in the next {value}",
    ),
    _KIND.FIELD_ANNIVERSARY_LAST_DAYS: (
        "anniversary of {name} in the last {value}",
        "no anniversary of {name} in the last {value}",
    ),
    _KIND.FIELD_HAS_VALUE: ("{name} has a value", "{name} has no value"),
    _KIND.EVENT_REGISTERED: ("registered for {name}", "not registered for {name}"),
    _KIND.EVENT_COMING: ("coming to {name}", "not among those coming to {name}"),
    _KIND.EVENT_MAYBE: ("said maybe to {name}", "did not say maybe to {name}"),
    _KIND.EVENT_NOT_COMING: ("said no to {name}", "did not say no to {name}"),
    _KIND.EVENT_CAME: ("came to {name}", "not among those who came to {name}"),
    _KIND.EVENT_DID_NOT_COME: (
        "registered for {name} but did not come",
        "not among those who registered for {name} but did not come",
    ),
    _KIND.SURVEY_ANSWER_IS: (
        "answered “{value}” to question {question} of {name}",
        "did not answer “{value}” to question {question} of {name}",
    ),
    _KIND.SURVEY_ANSWER_CONTAINS: (
        "answer to question {question} of {name} contains “{value}”",
        "no answer to question {question} of {name} that contains “{value}”",
    ),
    _KIND.SURVEY_FINISHED: ("finished {name}", "has not finished {name}"),
    _KIND.SURVEY_NOT_FINISHED: (
        "started {name} but did not finish it",
        "not among those who started {name} but did not finish it",
    ),
    _KIND.REPLIED_LAST_DAYS: ("replied in the last {value}", "no reply in the last {value}"),
    _KIND.REPLIED_TO_BLAST: ("replied to {name}", "no reply to {name}"),
    _KIND.NO_REPLY_TO_BLAST: (
        "got {name} but did not reply",
        "not among those who got {name} but did not reply",
    ),
    _KIND.LAST_TEXT_DELIVERED: ("last text was delivered", "last text was not delivered"),
    _KIND.LAST_TEXT_FAILED: ("last text failed", "last text did not fail"),
    _KIND.LAST_TEXT_UNCONFIRMED: ("last text is unconfirmed", "last text is not unconfirmed"),
    _KIND.LANGUAGE_IS: ("language {value}", "language not {value}"),
    _KIND.JOINED_BEFORE: ("joined before {value}", "not joined before {value}"),
    _KIND.JOINED_AFTER: ("joined after {value}", "not joined after {value}"),
    _KIND.JOINED_LAST_DAYS: ("joined in the last {value}", "not joined in the last {value}"),
    _KIND.TEXTED_LAST_DAYS: ("texted in the last {value}", "not texted in the last {value}"),
    _KIND.TEXTED_TODAY: ("texted today", "not texted today"),
    _KIND.BIRTHDAY_MONTH: ("birthday in {value}", "birthday not in {value}"),
    _KIND.BIRTHDAY_NEXT_DAYS: (
        "birthday in the next {value}",
        "no birthday in the next {value}",
    ),
    _KIND.BIRTHDAY_LAST_DAYS: (
        "birthday in the last {value}",
        "no birthday in the last {value}",
    ),
    _KIND.CHECKED_IN_LAST_DAYS: (
        "checked in in the last {value}",
        "no check-in in the last {value}",
    ),
    _KIND.CHECK_INS_STOPPED: (
        "checked in before, but not in the last {value}",
        "not among those who checked in before, but not in the last {value}",
    ),
    _KIND.STREAK_AT_LEAST: (
        "streak of at least {length}",
        "no streak of at least {length}",
    ),
}


def describe_condition(condition: Condition, names: RuleNames) -> str:
    """Return a condition in words, without a capital at its beginning."""
    phrase = PHRASES[condition.kind][condition.is_negated]
    # One pass: a name with braces in it is text.
    return phrase.format(
        name=names.find_name(condition),
        value=_describe_value(condition, names),
        length=_describe_length(condition),
        question=(condition.question or 0) + 1,
    )


def _describe_value(condition: Condition, names: RuleNames) -> str:
    describe = _VALUE_WORDS.get(condition.shape.value)
    if describe is None:
        return condition.value
    return describe(condition.value, names)


def _describe_length(condition: Condition) -> str:
    """Return how many days a condition asks for: "1 day", where "the last day" needs no number."""
    if condition.shape.value is not ValueKind.DAYS:
        return ""
    return pluralize(int(condition.value), "day")


def _describe_days(value: str, names: RuleNames) -> str:
    return "day" if value == "1" else pluralize(int(value), "day")


def _describe_date(value: str, names: RuleNames) -> str:
    return names.date_style.format_date(date.fromisoformat(value), today=date.min)


def _describe_month(value: str, names: RuleNames) -> str:
    return MONTHS[int(value) - 1]


def _describe_language(value: str, names: RuleNames) -> str:
    return names.languages.get(value, value)


_VALUE_WORDS: dict[ValueKind, Callable[[str, RuleNames], str]] = {
    ValueKind.DAYS: _describe_days,
    ValueKind.DATE: _describe_date,
    ValueKind.MONTH: _describe_month,
    ValueKind.LANGUAGE: _describe_language,
}
