"""The rule of a segment: equal rules have one JSON and one sentence; what is no rule is refused."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.audiences.condition_addresses import (
    parse_condition_address,
    write_condition_address,
    write_rule_addresses,
)
from app.domain.audiences.condition_phrases import PHRASES, RuleNames
from app.domain.audiences.conditions import (
    CONDITION_SHAPES,
    Condition,
    ConditionKind,
    ReferenceKind,
    ValueKind,
    clean_value,
)
from app.domain.audiences.segment_json import InvalidRule, parse_rule, write_rule
from app.domain.audiences.segment_rules import (
    ConditionGroup,
    Joiner,
    RulePool,
    SegmentRule,
    normalize_rule,
)
from app.domain.audiences.segment_sentences import describe_rule
from app.domain.time.date_styles import get_date_style

KIND = ConditionKind
CHOIR, YOUTH = Condition(KIND.IN_GROUP, 1), Condition(KIND.IN_GROUP, 2)
SPANISH = Condition(KIND.LANGUAGE_IS, value="es")
QUIET = Condition(KIND.TEXTED_LAST_DAYS, value="7", is_negated=True)
NAMES = RuleNames(
    {
        (ReferenceKind.GROUP, 1): "Choir",
        (ReferenceKind.GROUP, 2): "Youth",
        (ReferenceKind.FIELD, 1): "City",
        (ReferenceKind.EVENT, 1): "Picnic",
        (ReferenceKind.SURVEY, 1): "Lunch",
        (ReferenceKind.BLAST, 1): "Sunday plans",
    },
    {"es": "Spanish"},
    get_date_style("US"),
)


def say(*items, joiner=Joiner.ALL, among=RulePool.COMMUNITY):
    return describe_rule(SegmentRule(joiner, items, among), NAMES).text


def either(*conditions, is_negated=False):
    return ConditionGroup(Joiner.ANY, conditions, is_negated)


def both(*conditions, is_negated=False):
    return ConditionGroup(Joiner.ALL, conditions, is_negated)


def test_the_rule_of_the_issue_is_read_back_as_its_sentence():
    sentence = say(QUIET, SPANISH, either(YOUTH, CHOIR))
    assert sentence == "In Choir or Youth, language Spanish, not texted in the last 7 days"


def test_rules_of_all_shapes_are_read_back():
    not_choir = Condition(KIND.IN_GROUP, 1, is_negated=True)
    denver = Condition(KIND.FIELD_IS, 1, value="Denver")
    assert say(CHOIR, YOUTH) == "In Choir and Youth"
    assert say(CHOIR, YOUTH, joiner=Joiner.ANY) == "In Choir or Youth"
    assert say(CHOIR, SPANISH, joiner=Joiner.ANY) == "In Choir, or language Spanish"
    assert say(both(CHOIR, denver), YOUTH, joiner=Joiner.ANY) == (
        "In Youth, or in Choir and City is “Denver”"
    )
    assert say(not_choir) == "Not in Choir"
    assert say(either(CHOIR, SPANISH, is_negated=True)) == "Not in Choir, language not Spanish"
    assert say(CHOIR, among=RulePool.CONTACTS) == (
        "In Choir, including people outside the community"
    )
    assert say(Condition(KIND.JOINED_AFTER, value="2026-05-03")) == "Joined after May 3, 2026"
    assert say(Condition(KIND.BIRTHDAY_NEXT_DAYS, value="1")) == "Birthday in the next day"
    assert say() == "No one: there are no conditions yet"


def test_a_deleted_thing_is_said_and_breaks_the_rule():
    rule = SegmentRule(Joiner.ANY, (CHOIR, Condition(KIND.IN_GROUP, 9)))
    sentence = describe_rule(rule, NAMES)
    assert (sentence.text, sentence.is_broken) == ("In Choir or a deleted group", True)
    assert not describe_rule(SegmentRule(Joiner.ALL, (CHOIR,)), NAMES).is_broken
    renamed = RuleNames({(ReferenceKind.GROUP, 1): "{value} Chorus"})
    rule = SegmentRule(Joiner.ALL, (CHOIR,))
    assert describe_rule(rule, renamed).text == "In {value} Chorus"


def test_every_kind_has_a_shape_and_two_phrases():
    assert set(CONDITION_SHAPES) == set(PHRASES) == set(KIND)
    phrases = [phrase for pair in PHRASES.values() for phrase in pair]
    assert len(set(phrases)) == len(phrases)


def values_of(kind):
    if kind is ValueKind.TEXT:
        return st.text(min_size=1, max_size=8).map(lambda text: clean_value(kind, text) or "a")
    if kind is ValueKind.NUMBER:
        return st.sampled_from(["0", "3", "-2.5", "1000000"])
    if kind is ValueKind.DATE:
        return st.dates().map(lambda day: day.isoformat())
    if kind is ValueKind.LANGUAGE:
        return st.sampled_from(["es", "en", "pt-BR"])
    return st.sampled_from(["1", "2", "12"]) if kind is not ValueKind.NONE else st.just("")


@st.composite
def conditions(draw):
    kind = draw(st.sampled_from(list(KIND)))
    shape = CONDITION_SHAPES[kind]
    return Condition(
        kind,
        ref_id=draw(st.integers(1, 3)) if shape.reference else None,
        question=draw(st.integers(0, 2)) if shape.has_question else None,
        value=draw(values_of(shape.value)),
        is_negated=draw(st.booleans()),
    )


def groups():
    some = st.lists(conditions(), min_size=1, max_size=3).map(tuple)
    return st.builds(ConditionGroup, st.sampled_from(Joiner), some, st.booleans())


def rules():
    items = st.lists(st.one_of(conditions(), groups()), min_size=1, max_size=5).map(tuple)
    return st.builds(SegmentRule, st.sampled_from(Joiner), items, st.sampled_from(RulePool))


def write_in_other_words(rule, random):
    """Write an equal rule: shuffled, with doubles, double negations and groups of one."""

    def vary(item):
        if isinstance(item, Condition):
            lonely = Condition(
                item.kind, item.ref_id, item.question, item.value, not item.is_negated
            )
            joiner = random.choice(list(Joiner))
            return random.choice([item, ConditionGroup(joiner, (lonely,), True)])
        inner = list(item.conditions)
        random.shuffle(inner)
        return ConditionGroup(item.joiner, (*inner, inner[0]), item.is_negated)

    items = [vary(item) for item in (*rule.items, random.choice(rule.items))]
    random.shuffle(items)
    return SegmentRule(rule.joiner, tuple(items), rule.among)


def check_equal_rules(rule, random):
    other = write_in_other_words(rule, random)
    assert write_rule(rule) == write_rule(other)
    assert describe_rule(rule, NAMES) == describe_rule(other, NAMES)
    normal = normalize_rule(rule)
    assert normal == normalize_rule(normal) == parse_rule(write_rule(rule))


@settings(max_examples=25)
@given(rules(), st.randoms(use_true_random=False))
def test_equal_rules_have_one_json_and_one_sentence(rule, random):
    check_equal_rules(rule, random)


@pytest.mark.torture
@settings(max_examples=500)
@given(rules(), st.randoms(use_true_random=False))
def test_five_hundred_equal_rules_have_one_json_and_one_sentence(rule, random):
    check_equal_rules(rule, random)


@settings(max_examples=25)
@given(conditions())
def test_a_condition_stands_in_an_address_and_comes_back(condition):
    assert parse_condition_address(write_condition_address(condition)) == condition


@pytest.mark.parametrize(
    "text",
    ["", "!", "owns_dog", "in_group", "in_group.0", "in_group.1:x", "texted_last_days:x", "a\0b"],
)
def test_what_is_no_condition_is_none_in_an_address(text):
    assert parse_condition_address(text) is None


def test_only_a_plain_rule_of_the_community_is_an_address():
    plain = SegmentRule(Joiner.ALL, (QUIET, CHOIR))
    assert write_rule_addresses(plain) == ["in_group.1", "!texted_last_days:7"]
    assert write_rule_addresses(SegmentRule(Joiner.ANY, (CHOIR, YOUTH))) == []
    assert write_rule_addresses(SegmentRule(Joiner.ALL, (QUIET, either(CHOIR, YOUTH)))) == []
    assert write_rule_addresses(SegmentRule(Joiner.ALL, (QUIET,), RulePool.CONTACTS)) == []


@pytest.mark.parametrize("is_negated", [False, True])
def test_normal_rules_mean_what_was_written(is_negated):
    letters = [Condition(KIND.IN_GROUP, number) for number in (1, 2, 3)]
    rule = SegmentRule(
        Joiner.ANY,
        (letters[0], ConditionGroup(Joiner.ALL, (letters[1], letters[2]), is_negated)),
    )
    normal = normalize_rule(rule)
    for facts in itertools.product([False, True], repeat=3):
        first, second, third = facts
        assert _holds(normal, facts) == (first or ((second and third) != is_negated))


def _holds(rule, facts):
    def one(item):
        if isinstance(item, Condition):
            return facts[item.ref_id - 1] != item.is_negated
        values = [one(row) for row in item.conditions]
        return (all(values) if item.joiner is Joiner.ALL else any(values)) != item.is_negated

    values = [one(item) for item in rule.items]
    return all(values) if rule.joiner is Joiner.ALL else any(values)


def nest(depth):
    content = {"kind": "in_group", "ref": 1}
    for _ in range(depth):
        content = {"join": "all", "items": [content]}
    return content


def with_items(*items):
    return {"join": "all", "items": list(items)}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "The rule cannot be read."),
        ("[" * 100_000, "The rule cannot be read."),
        ([], "The rule cannot be read."),
        (with_items(), "Add a condition."),
        (nest(3), "Groups of conditions cannot hold groups."),
        (with_items({"kind": "owns_dog"}), "A condition is of a kind that does not exist."),
        (with_items({"ref": 1}), "A condition is of a kind that does not exist."),
        (with_items({"kind": "in_group"}), "A condition does not say what it is about."),
        (with_items({"kind": "in_group", "ref": True}), "A condition cannot be read."),
        (with_items({"kind": "in_group", "ref": 1, "sql": "1"}), "A condition cannot be read."),
        (
            with_items({"kind": "texted_last_days", "value": "-1"}),
            "A condition has a value that cannot be read.",
        ),
        (
            with_items({"kind": "joined_before", "value": "2026-02-30"}),
            "A condition has a value that cannot be read.",
        ),
        (
            with_items({"kind": "field_is", "ref": 1, "value": "\ud800"}),
            "A condition has a value that cannot be read.",
        ),
        (
            with_items({"kind": "survey_answer_is", "ref": 1, "value": "5"}),
            "A condition does not say which question it is about.",
        ),
        (with_items(*[nest(0)] * 21), "A segment can have up to 20 conditions."),
        (nest(1) | {"join": "xor"}, "Conditions are joined by “all” or “any”."),
        (nest(1) | {"among": "all"}, "A segment looks in the community or in all contacts."),
    ],
)
def test_what_is_no_rule_is_refused_with_a_sentence(content, problem):
    with pytest.raises(InvalidRule, match="^" + problem.replace("?", r"\?")):
        parse_rule(content if isinstance(content, str) else json.dumps(content))


def test_numbers_and_days_have_one_spelling():
    assert [clean_value(ValueKind.NUMBER, text) for text in ("3.50", "3,5", "-0", "1e3")] == [
        "3.5",
        "3.5",
        "0",
        "1000",
    ]
    assert [clean_value(ValueKind.NUMBER, text) for text in ("NaN", "1e99", "three")] == [None] * 3
    assert [clean_value(ValueKind.DAYS, text) for text in ("07", "0", "4000", "2.5")] == [
        "7",
        None,
        None,
        None,
    ]
    assert clean_value(ValueKind.MONTH, "13") is None
