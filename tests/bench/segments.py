"""Counting segments at 100,000 people, 50 groups, 10 fields and a million texts.

Processor time. Asked of a segment over three groups and two fields: under 100 ms.
"""

from flask import Flask

from app import create_app
from app.audiences.queries.segment_people import count_people_of_rules
from app.core.db import db
from app.domain.audiences.segment_rules import SegmentRule
from tests.bench.bench_app import folder, quiet, settings
from tests.bench.figures import Asked, Figure, processor_milliseconds
from tests.bench.large_database import Size
from tests.bench.large_groups import RULES, find_large

MANY = Size(100_000)
MOST_MS = 100
# The newest text of each of 100,000 people is looked up.
ONLY_SHOWN = ("last text delivered",)


def run() -> list[Figure]:
    """The time of counting each of some rules."""
    with folder() as place:
        app = create_app(settings(find_large(MANY, place)))
        quiet()
        return [_count(app, what, rule) for what, rule in RULES.items()]


def _count(app: Flask, what: str, rule: SegmentRule) -> Figure:
    with app.app_context():
        [count] = count_people_of_rules([rule])

        def work() -> None:
            count_people_of_rules([rule])
            db.session.rollback()

        asked = None if what in ONLY_SHOWN else Asked(most=MOST_MS)
        return Figure(f"{what}: {count:,}", processor_milliseconds(work), "ms", asked=asked)
