"""How the builder words conditions: which tests each family of conditions offers.

A test is a kind of condition, with "!" before it for the people who do not fulfil it.
"""

from app.audiences.queries.rule_choices import RuleChoices
from app.domain.audiences.condition_phrases import PHRASES
from app.domain.audiences.conditions import (
    CONDITION_SHAPES,
    Condition,
    ConditionKind,
    ReferenceKind,
)
from app.domain.profiles.field_types import FieldType

GROUP, EVENT = "group", "event"
REPLY, DELIVERY = "reply", "delivery"
LANGUAGE, JOINED = "language", "joined"
TEXTED, BIRTHDAY = "texted", "birthday"
CHECK_IN = "check_in"
FIELD_PREFIX, SURVEY_PREFIX = "field:", "survey:"
FAMILY_LABELS = {
    GROUP: "Group",
    EVENT: "Event",
    TEXTED: "Last texted",
    REPLY: "Replies",
    DELIVERY: "Delivery of the last text",
    LANGUAGE: "Language",
    JOINED: "Joined the community",
    BIRTHDAY: "Birthday",
    CHECK_IN: "Check-ins",
}
_VALUE_TESTS = {"field_has_value": "has a value", "!field_has_value": "has no value"}
_EQUAL_TESTS = {"field_is": "is", "!field_is": "is not"}
FIELD_TESTS: dict[FieldType, dict[str, str]] = {
    FieldType.TEXT: {
        **_EQUAL_TESTS,
        "field_contains": "contains",
        "!field_contains": "does not contain",
        **_VALUE_TESTS,
    },
    FieldType.NUMBER: {
        **_EQUAL_TESTS,
        "field_less": "is less than",
        "field_more": "is more than",
        **_VALUE_TESTS,
    },
    FieldType.DATE: {
        "field_is": "is",
        "field_before": "is before",
        "field_after": "is after",
        "field_next_days": "is in the next … days",
        "field_last_days": "was in the last … days",
        "field_anniversary_next_days": "has its anniversary in the next … days",
        "field_anniversary_last_days": "had its anniversary in the last … days",
        **_VALUE_TESTS,
    },
    FieldType.CHOICE: {**_EQUAL_TESTS, **_VALUE_TESTS},
    FieldType.YES_NO: {**_EQUAL_TESTS, **_VALUE_TESTS},
}
FAMILY_TESTS: dict[str, dict[str, str]] = {
    GROUP: {"in_group": "in", "!in_group": "not in"},
    EVENT: {
        "event_registered": "registered for",
        "!event_registered": "not registered for",
        "event_coming": "coming to",
        "event_maybe": "said maybe to",
        "event_not_coming": "said no to",
        "event_came": "came to",
        "event_did_not_come": "registered for, but did not come to",
    },
    TEXTED: {
        "!texted_last_days": "not texted in the last … days",
        "texted_last_days": "texted in the last … days",
        "!texted_today": "not texted today",
        "texted_today": "texted today",
    },
    REPLY: {
        "replied_last_days": "replied in the last … days",
        "!replied_last_days": "no reply in the last … days",
        "replied_to_blast": "replied to the blast",
        "no_reply_to_blast": "got the blast, but did not reply",
    },
    DELIVERY: {
        "last_text_delivered": "was delivered",
        "!last_text_delivered": "was not delivered",
        "last_text_failed": "failed",
        "last_text_unconfirmed": "is unconfirmed",
    },
    LANGUAGE: {"language_is": "is", "!language_is": "is not"},
    JOINED: {
        "joined_last_days": "in the last … days",
        "joined_before": "before",
        "joined_after": "after",
    },
    BIRTHDAY: {
        "birthday_month": "in",
        "birthday_next_days": "in the next … days",
        "birthday_last_days": "in the last … days",
    },
    CHECK_IN: {
        "streak_at_least": "streak of at least … days",
        "check_ins_stopped": "checked in before, but not in the last … days",
        "checked_in_last_days": "checked in in the last … days",
        "!checked_in_last_days": "no check-in in the last … days",
    },
}
SURVEY_TESTS = {
    "survey_answer_is": "answered a question with",
    "survey_answer_contains": "answered a question with words such as",
    "survey_finished": "finished",
    "!survey_finished": "has not finished",
    "survey_not_finished": "started, but did not finish",
}
_FAMILY_OF_PREFIX = {
    "in": GROUP,
    "event": EVENT,
    "replied": REPLY,
    "no": REPLY,
    "last": DELIVERY,
    "language": LANGUAGE,
    "joined": JOINED,
    "texted": TEXTED,
    "birthday": BIRTHDAY,
    "checked": CHECK_IN,
    "check": CHECK_IN,
    "streak": CHECK_IN,
}


def find_family(condition: Condition) -> str:
    """Return the family of a condition; of fields and surveys with the id."""
    kind = condition.shape.reference
    if kind is ReferenceKind.FIELD:
        return f"{FIELD_PREFIX}{condition.ref_id}"
    if kind is ReferenceKind.SURVEY:
        return f"{SURVEY_PREFIX}{condition.ref_id}"
    return _FAMILY_OF_PREFIX[condition.kind.value.split("_")[0]]


def parse_family_id(family: str) -> int:
    """Return the id of a family of fields or surveys, 0 for other families."""
    number = family.partition(":")[2]
    is_id = number.isascii() and number.isdigit() and len(number) <= 18
    return int(number) if is_id else 0


def list_tests(family: str, choices: RuleChoices) -> dict[str, str]:
    """Return the tests of a family and their labels; {} where its field or survey is gone."""
    family_id = parse_family_id(family)
    if family.startswith(FIELD_PREFIX):
        field = choices.fields.get(family_id)
        return FIELD_TESTS[field.field_type] if field else {}
    if family.startswith(SURVEY_PREFIX):
        return SURVEY_TESTS if family_id in choices.surveys else {}
    return FAMILY_TESTS.get(family, {})


def list_family_references(family: str) -> set[ReferenceKind]:
    """Return the kinds of things that the tests of a family name."""
    if family.startswith(FIELD_PREFIX):
        return {ReferenceKind.FIELD}
    if family.startswith(SURVEY_PREFIX):
        return {ReferenceKind.SURVEY}
    kinds = list(map(parse_test, FAMILY_TESTS.get(family, {})))
    references = {CONDITION_SHAPES[kind[0]].reference for kind in kinds if kind}
    return {reference for reference in references if reference is not None}


def label_family(family: str, choices: RuleChoices) -> str:
    """Return what a family is called; one whose field or survey was deleted says so."""
    family_id = parse_family_id(family)
    if family.startswith(FIELD_PREFIX):
        field = choices.fields.get(family_id)
        return field.name if field else "A deleted field"
    if family.startswith(SURVEY_PREFIX):
        survey = choices.surveys.get(family_id)
        return f"Survey: {survey.name}" if survey else "A deleted survey"
    return FAMILY_LABELS.get(family, "")


def list_families(choices: RuleChoices) -> dict[str, str]:
    """Return every family that can be added, and its label."""
    families = dict(FAMILY_LABELS)
    for field_id, field in choices.fields.items():
        families[f"{FIELD_PREFIX}{field_id}"] = f"Field: {field.name}"
    for survey_id, survey in choices.surveys.items():
        families[f"{SURVEY_PREFIX}{survey_id}"] = f"Survey: {survey.name}"
    return families


def parse_test(test: str) -> tuple[ConditionKind, bool] | None:
    """Return the kind that a test names, and whether it is negated; None for no test."""
    name = test.removeprefix("!")
    if name not in set(ConditionKind):
        return None
    return ConditionKind(name), test.startswith("!")


def label_unlisted_test(test: str) -> str:
    """Return words for a test that its family does not offer, as normal rules may have."""
    parsed = parse_test(test)
    if parsed is None:
        return ""
    kind, is_negated = parsed
    words = PHRASES[kind][is_negated]
    return words.format(name="…", value="…", length="… days", question="…")
