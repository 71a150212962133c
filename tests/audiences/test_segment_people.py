"""The SQL of a rule finds exactly the people that a plain reading of the rule finds."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audiences.queries import page_conditions
from app.audiences.queries.condition_context import ConditionContext
from app.audiences.queries.segment_phones import select_segment_phones
from app.community.models import CommunityMember
from app.core.db import db
from app.domain.audiences.conditions import CONDITION_SHAPES, Condition, ConditionKind, ValueKind
from app.domain.audiences.rule_days import RuleDays
from app.domain.audiences.segment_rules import ConditionGroup, Joiner, RulePool, SegmentRule
from app.domain.profiles.field_values import compute_sort_value, fold_value
from tests.audiences.made_up_people import (
    FIELD_TYPES,
    FIELD_VALUES,
    TODAY,
    make_people,
    store_people,
)

KIND = ConditionKind
CONTEXT = ConditionContext(RuleDays(TODAY, "UTC"), "US")
SINCE_KINDS = ("blast", "reply", "reminder")
DATE_KINDS = (
    KIND.FIELD_BEFORE,
    KIND.FIELD_AFTER,
    KIND.FIELD_NEXT_DAYS,
    KIND.FIELD_LAST_DAYS,
    KIND.FIELD_ANNIVERSARY_NEXT_DAYS,
    KIND.FIELD_ANNIVERSARY_LAST_DAYS,
)


def means(rule, person):
    """Read a rule as a person would: the people of the pool for whom all, or any, items hold."""

    def holds(item, is_left_out=False):
        is_left_out = is_left_out != item.is_negated
        if isinstance(item, Condition):
            return fulfils(item, person, is_left_out) != item.is_negated
        inner = [holds(row, is_left_out) for row in item.conditions]
        return (all(inner) if item.joiner == "all" else any(inner)) != item.is_negated

    results = [holds(item) for item in rule.items]
    is_broken = any(row.ref_id == 9 for row in rule.conditions)
    is_meant = all(results) if rule.joiner == "all" else any(results)
    return in_pool(rule.among, person) and not is_broken and is_meant


def in_pool(among, person):
    if person["is_member"] or among is RulePool.COMMUNITY:
        return person["is_member"]
    return bool(person["groups"] - {3} or person["events"])


def fulfils(condition, person, is_left_out):
    """Whether a person fulfils a condition, negated or not.

    `is_left_out`: those who fulfil it are not meant.
    """
    if condition.kind is KIND.IN_GROUP:
        # No one is in an archived group, but who is left out for being in it stays left out.
        is_counted = condition.ref_id != 3 or is_left_out
        return condition.ref_id in person["groups"] and is_counted
    family = condition.kind.value.split("_")[0]
    return READINGS[family](condition, person, condition.value)


def field(condition, person, value):
    number = condition.ref_id
    if person["is_former_number"] or number not in person["fields"]:
        return False
    kind = condition.kind
    typed = person["fields"][number]
    stored = compute_sort_value(FIELD_TYPES[number], typed, CONTEXT.values)
    if kind is KIND.FIELD_HAS_VALUE:
        return True
    if stored is None:
        return False
    if kind is KIND.FIELD_IS:
        return stored == compute_sort_value(FIELD_TYPES[number], value, CONTEXT.values)
    if kind is KIND.FIELD_CONTAINS:
        return FIELD_TYPES[number] in ("text", "choice") and fold_value(value) in stored
    if kind in (KIND.FIELD_LESS, KIND.FIELD_MORE):
        if FIELD_TYPES[number] != "number":
            return False
        return stored < float(value) if kind is KIND.FIELD_LESS else stored > float(value)
    return FIELD_TYPES[number] == "date" and compare_day(kind, date.fromisoformat(stored), value)


def compare_day(kind, day, value):
    if kind is KIND.FIELD_BEFORE:
        return day < date.fromisoformat(value)
    if kind is KIND.FIELD_AFTER:
        return day > date.fromisoformat(value)
    return is_near(day, value, "next" in kind, is_yearly="anniversary" in kind)


def is_near(day, value, is_ahead, is_yearly):
    days = range(int(value) + 1) if is_ahead else range(-int(value), 1)
    near = [TODAY + timedelta(days=count) for count in days]
    if not is_yearly:
        return day in near
    return any(anniversary(day, one.year) == one for one in near)


def anniversary(day, year):
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def event(condition, person, value):
    if condition.ref_id not in person["events"]:
        return False
    answer, has_come = person["events"][condition.ref_id]
    return {
        KIND.EVENT_REGISTERED: True,
        KIND.EVENT_COMING: answer in (None, "coming"),
        KIND.EVENT_MAYBE: answer == "maybe",
        KIND.EVENT_NOT_COMING: answer == "not_coming",
        KIND.EVENT_CAME: has_come,
        KIND.EVENT_DID_NOT_COME: not has_come,
    }[condition.kind]


def survey(condition, person, value):
    if not person["survey"]:
        return False
    status, answer = person["survey"]
    counts = status != "restarted" and condition.question == 0
    return {
        KIND.SURVEY_FINISHED: status == "completed",
        KIND.SURVEY_NOT_FINISHED: status != "completed",
        KIND.SURVEY_ANSWER_IS: counts and answer == fold_value(value),
        KIND.SURVEY_ANSWER_CONTAINS: counts and fold_value(value) in answer,
    }[condition.kind]


def replied(condition, person, value):
    if condition.kind is KIND.REPLIED_TO_BLAST:
        return person["blast"] == "yes"
    days_ago = person["wrote_days_ago"]
    return days_ago is not None and days_ago <= int(value)


def last(condition, person, value):
    statuses = [status for _, status, _ in person["texts"] if status != "skipped"]
    if person["blast"]:
        statuses.insert(0, "failed" if person["blast"] == "failed" else "delivered")
    wanted = condition.kind.removeprefix("last_text_").replace("unconfirmed", "unknown")
    return statuses[-1:] == [wanted]


def texted(condition, person, value):
    days = int(value or 0)
    texts = [*person["texts"]]
    if person["blast"]:
        texts.append(("blast", "failed" if person["blast"] == "failed" else "delivered", 30))
    return any(
        kind in SINCE_KINDS and status not in ("failed", "skipped") and days_ago <= days
        for kind, status, days_ago in texts
    )


def joined(condition, person, value):
    if not person["is_member"]:
        return False
    day = person["joined"].date()
    if condition.kind is KIND.JOINED_BEFORE:
        return day < date.fromisoformat(value)
    if condition.kind is KIND.JOINED_AFTER:
        return day > date.fromisoformat(value)
    return day >= TODAY - timedelta(days=int(value))


def birthday(condition, person, value):
    day = None if person["is_former_number"] else person["birthday"]
    if day is None or condition.kind is KIND.BIRTHDAY_MONTH:
        return day is not None and day.month == int(value)
    return is_near(day, value, condition.kind is KIND.BIRTHDAY_NEXT_DAYS, is_yearly=True)


READINGS = {
    "field": field,
    "event": event,
    "survey": survey,
    "replied": replied,
    "no": lambda condition, person, value: person["blast"] == "silent",
    "last": last,
    "language": lambda condition, person, value: (
        not person["is_former_number"] and person["language"] == value
    ),
    "joined": joined,
    "texted": texted,
    "birthday": birthday,
}
REFERENCES = {"in": (1, 2, 3, 9), "event": (1, 2), "survey": (1,), "replied": (1,), "no": (1,)}


def make_condition(rng):
    kind = rng.choice(list(KIND))
    shape = CONDITION_SHAPES[kind]
    ref_id = None
    if shape.reference == "field":
        ref_id = 3 if kind in DATE_KINDS else rng.choice(list(FIELD_TYPES))
    elif shape.reference:
        choices = REFERENCES[kind.value.split("_")[0]]
        ref_id = rng.choices(choices, [0.05 if choice == 9 else 1 for choice in choices])[0]
    return Condition(
        kind,
        ref_id=ref_id,
        question=rng.choice([0, 0, 1]) if shape.has_question else None,
        value=make_value(rng, shape.value, ref_id if shape.reference == "field" else None),
        is_negated=rng.random() < 0.3,
    )


def make_value(rng, kind, field_id):
    if kind is ValueKind.TEXT:
        return rng.choice(FIELD_VALUES[field_id] if field_id else ["yes", "12", "1", "no"])
    return {
        ValueKind.NONE: "",
        ValueKind.NUMBER: rng.choice(["2", "5.5", "0"]),
        ValueKind.DATE: rng.choice(["2026-11-25", "2026-11-28", "2020-02-29"]),
        ValueKind.DAYS: rng.choice(["1", "5", "30", "400"]),
        ValueKind.MONTH: rng.choice(["2", "11", "12"]),
        ValueKind.LANGUAGE: rng.choice(["es", "en", "fr"]),
    }[kind]


def make_rule(rng):
    def make_item():
        if rng.random() < 0.6:
            return make_condition(rng)
        conditions = tuple(make_condition(rng) for _ in range(rng.randrange(1, 4)))
        return ConditionGroup(rng.choice(list(Joiner)), conditions, rng.random() < 0.3)

    items = tuple(make_item() for _ in range(rng.randrange(1, 4)))
    return SegmentRule(rng.choice(list(Joiner)), items, rng.choice(list(RulePool)))


def find_phones(rule):
    statement = select_segment_phones(rule, CONTEXT)
    phones = db.session.scalars(statement).all()
    db.session.rollback()
    assert len(phones) == len(set(phones))
    return set(phones)


def find_filtered_phones(conditions, most_listed):
    """Find the members whom the filters of a list leave; `most_listed`: 0 looks all up."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MAX_LISTED_PEOPLE", "MAX_LISTED_AMONG_SEVERAL", "MAX_LISTED_TEXTS"):
            patch.setattr(page_conditions, name, most_listed)
        phone = CommunityMember.phone
        built = page_conditions.build_page_conditions(conditions, phone, CONTEXT)
    phones = db.session.scalars(select(phone).where(*built)).all()
    db.session.rollback()
    return set(phones)


def check_random_rules(seed, rule_count):
    rng = random.Random(seed)
    people = make_people(rng)
    store_people(people, CONTEXT)
    for _ in range(rule_count):
        rule = make_rule(rng)
        assert find_phones(rule) == {row["phone"] for row in people if means(rule, row)}, rule
        # As filters of the community its conditions must all hold.
        filters = SegmentRule(Joiner.ALL, tuple(rule.conditions))
        meant = {row["phone"] for row in people if means(filters, row)}
        assert find_filtered_phones(filters.items, rng.choice([0, 9, 50_000])) == meant, filters


def test_the_people_of_random_rules_are_those_of_a_plain_reading(app):
    with app.app_context():
        for seed in range(5):
            check_random_rules(seed, rule_count=5)


@pytest.mark.torture
def test_the_people_of_many_random_rules_are_those_of_a_plain_reading(app):
    with app.app_context():
        for seed in range(100, 600):
            check_random_rules(seed, rule_count=10)
