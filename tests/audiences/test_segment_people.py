"""The SQL of a rule finds exactly the people that a plain reading of the rule finds."""

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.audiences.queries import page_conditions
from app.audiences.queries.condition_context import ConditionContext
from app.audiences.queries.segment_phones import select_segment_phones
from app.community.models import CommunityMember
from app.core.db import db
from app.domain.audiences.conditions import (
    CONDITION_SHAPES,
    Condition,
    ConditionKind,
    ReferenceKind,
    ValueKind,
)
from app.domain.audiences.rule_days import RuleDays
from app.domain.audiences.segment_rules import ConditionGroup, Joiner, RulePool, SegmentRule
from tests.audiences.made_up_people import (
    ANSWERS,
    DELETED_FIELD,
    FIELD_TYPES,
    FIELD_VALUES,
    NASTY_VALUES,
    NOW,
    make_nasty_people,
    make_people,
    store_people,
)
from tests.audiences.plain_reading import PlainReading

KIND = ConditionKind
CONTEXT = ConditionContext(RuleDays(NOW.date(), "UTC"), "US")
NO_GROUP = (ReferenceKind.GROUP, 9)
NO_FIELD = (ReferenceKind.FIELD, DELETED_FIELD)
DATE_KINDS = (
    KIND.FIELD_BEFORE,
    KIND.FIELD_AFTER,
    KIND.FIELD_NEXT_DAYS,
    KIND.FIELD_LAST_DAYS,
    KIND.FIELD_ANNIVERSARY_NEXT_DAYS,
    KIND.FIELD_ANNIVERSARY_LAST_DAYS,
)
# Ends of months, leap days, the nights on which clocks change; and zones far from UTC.
NASTY_DAYS = (
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 30, tzinfo=UTC),
    datetime(2027, 2, 28, 12, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 5, 0, tzinfo=UTC),
    datetime(2028, 3, 1, 2, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
    datetime(2027, 3, 14, 9, 30, tzinfo=UTC),
    datetime(2026, 8, 31, 19, 0, tzinfo=UTC),
)
NASTY_ZONES = ("America/Denver", "Pacific/Kiritimati", "America/New_York", "Asia/Kolkata")
REFERENCES = {"in": (1, 2, 3, 9), "event": (1, 2), "survey": (1,), "replied": (1,), "no": (1,)}


class RuleMaker:
    """Makes rules at random. `values`: what conditions may name of each field."""

    def __init__(self, rng, values=FIELD_VALUES, negated=0.3):
        self.rng, self.values, self.negated = rng, values, negated

    def make_rule(self):
        """Return a rule of one to three items."""
        items = tuple(self.make_item() for _ in range(self.rng.randrange(1, 4)))
        return SegmentRule(self.rng.choice(list(Joiner)), items, self.rng.choice(list(RulePool)))

    def make_item(self):
        """Return a condition, or a group of up to three."""
        if self.rng.random() < 0.6:
            return self.make_condition()
        conditions = tuple(self.make_condition() for _ in range(self.rng.randrange(1, 4)))
        joiner = self.rng.choice(list(Joiner))
        return ConditionGroup(joiner, conditions, self.rng.random() < self.negated)

    def make_condition(self):
        """Return a condition of any kind."""
        kind = self.rng.choice(list(KIND))
        shape = CONDITION_SHAPES[kind]
        ref_id = self.choose_reference(kind) if shape.reference else None
        return Condition(
            kind,
            ref_id=ref_id,
            question=self.rng.choice([0, 0, 1]) if shape.has_question else None,
            value=self.make_value(shape.value, ref_id if shape.reference == "field" else None),
            is_negated=self.rng.random() < self.negated,
        )

    def choose_reference(self, kind):
        """Return the id of what a condition is about; seldom of what was deleted."""
        if CONDITION_SHAPES[kind].reference == "field":
            fields = list(FIELD_TYPES)
            weights = [0.05 if field == DELETED_FIELD else 1 for field in fields]
            return 3 if kind in DATE_KINDS else self.rng.choices(fields, weights)[0]
        choices = REFERENCES[kind.value.split("_")[0]]
        return self.rng.choices(choices, [0.05 if choice == 9 else 1 for choice in choices])[0]

    def make_value(self, kind, field_id):
        """Return a value of a kind."""
        if kind is ValueKind.TEXT:
            values = self.values[field_id] if field_id else ANSWERS
            # A condition without a word is refused before it is stored.
            return self.rng.choice([value for value in values if value.strip(" \u200b")])
        return self.rng.choice(
            {
                ValueKind.NONE: [""],
                ValueKind.NUMBER: ["2", "5.5", "0", "1234.5"],
                ValueKind.DATE: ["2026-11-25", "2026-11-28", "2020-02-29", "2026-12-31"],
                ValueKind.DAYS: ["1", "5", "30", "400"],
                ValueKind.MONTH: ["2", "11", "12"],
                ValueKind.LANGUAGE: ["es", "en", "fr"],
            }[kind]
        )


def find_phones(rule, context):
    statement = select_segment_phones(rule, context)
    phones = db.session.scalars(statement).all()
    db.session.rollback()
    assert len(phones) == len(set(phones))
    return set(phones)


PAGE_LIMITS = ("MAX_LISTED_PEOPLE", "MAX_LISTED_RECIPIENTS")


def find_filtered_phones(conditions, most_listed, context):
    """Find the members whom the filters of a list leave; `most_listed`: 0 looks all up."""
    with pytest.MonkeyPatch.context() as patch:
        for name in PAGE_LIMITS:
            patch.setattr(page_conditions, name, most_listed)
        phone = CommunityMember.phone
        built = page_conditions.build_page_conditions(conditions, phone, context)
    phones = db.session.scalars(select(phone).where(*built.conditions)).all()
    db.session.rollback()
    return set(phones)


def check_rules(rng, people, reading, maker, rule_count):
    """Compare the people of random rules with those of the plain reading."""
    for _ in range(rule_count):
        rule = maker.make_rule()
        meant = {row["phone"] for row in people if reading.means(rule, row)}
        assert find_phones(rule, reading.context) == meant, rule
        # As filters of the community its conditions must all hold.
        filters = SegmentRule(Joiner.ALL, tuple(rule.conditions))
        meant = {row["phone"] for row in people if reading.means(filters, row)}
        most_listed = rng.choice([0, 9, 50_000])
        assert find_filtered_phones(filters.items, most_listed, reading.context) == meant, filters


def check_random_rules(seed, rule_count):
    rng = random.Random(seed)
    people = make_people(rng)
    store_people(people, CONTEXT)
    reading = PlainReading(CONTEXT, frozenset({NO_GROUP}))
    check_rules(rng, people, reading, RuleMaker(rng), rule_count)


def check_nasty_rules(seed, rule_count):
    """The same with nasty people on nasty days, in zones of all sorts."""
    rng = random.Random(seed)
    now, zone = rng.choice(NASTY_DAYS), rng.choice(NASTY_ZONES)
    today = now.astimezone(ZoneInfo(zone)).date()
    context = ConditionContext(RuleDays(today, zone), "US")
    people = make_nasty_people(rng, now)
    store_people(people, context, is_nasty=True)
    values = {number: [*FIELD_VALUES[number], *NASTY_VALUES[number]] for number in FIELD_VALUES}
    reading = PlainReading(context, frozenset({NO_GROUP, NO_FIELD}))
    check_rules(rng, people, reading, RuleMaker(rng, values, negated=0.5), rule_count)


def test_the_people_of_random_rules_are_those_of_a_plain_reading(app):
    with app.app_context():
        for seed in range(3):
            check_random_rules(seed, rule_count=5)
        # With 1187, the answer "-": nothing is left of it when it is folded.
        for seed in (1000, 1187):
            check_nasty_rules(seed, rule_count=10)


@pytest.mark.torture
def test_the_people_of_many_random_rules_are_those_of_a_plain_reading(app):
    with app.app_context():
        for seed in range(100, 600):
            check_random_rules(seed, rule_count=10)


@pytest.mark.torture
def test_the_nasty_people_of_many_random_rules_are_those_of_a_plain_reading(app):
    with app.app_context():
        for seed in range(1000, 1250):
            check_nasty_rules(seed, rule_count=10)
