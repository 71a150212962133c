"""An audience of three groups, a segment over two fields and a group that is left out: counted in
under 100 ms, and released within 1.3 times a release to everybody, row by row; its review; and what
a field in a text costs.
"""

import contextlib
import sqlite3
import time
from functools import partial
from statistics import median

from flask import Flask

from app.audiences.queries.audience_overlap import count_overlap
from app.audiences.segment_models import Segment
from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.blasts.queries.audience import render_draft
from app.core.clock import now
from app.core.db import db, write
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.audiences.segment_json import write_rule
from app.domain.delivery.message_statuses import BlastTarget
from tests.bench.bench_app import app_with, folder, scattered
from tests.bench.figures import Asked, Figure, processor_milliseconds, spread
from tests.bench.large_groups import FILLS, RULES
from tests.bench.large_lists import COMPOSE
from tests.visit import Visitor

PEOPLE, RUNS, MOST_MS, MOST_TIMES = 100_000, 3, 100.0, 1.3
TEXT = "Hi {first_name|friend}, the picnic is on Saturday at 11, at City Park."
LAST_SIZE = "SELECT total_recipients FROM message_logs ORDER BY id DESC LIMIT 1"


def run() -> list[Figure]:
    """Counting, and releasing by turns with a release to everybody."""
    with folder() as place:
        app = app_with(place / "sms.db", PEOPLE, scattered)
        with contextlib.closing(sqlite3.connect(place / "sms.db")) as connection:
            # Without texts: the last statement is about them.
            for statement in FILLS[:-1]:
                connection.execute(statement)
            connection.commit()
        with app.app_context():
            with write() as session:
                rule = write_rule(RULES["two fields alone"])
                session.add(Segment(id=1, name="Two fields", rule=rule))
            figures = [_count(), _release(app), _render()]
        return [*figures, _review(app)]


def _build(*more: AudiencePart) -> ChosenAudience:
    groups = [AudiencePart(PartKind.GROUP, group_id) for group_id in (1, 2, 3)]
    included = (*groups, AudiencePart(PartKind.SEGMENT, 1), *more)
    return ChosenAudience(AudienceRule(included, (AudiencePart(PartKind.GROUP, 6),)))


def _count() -> Figure:
    people = count_overlap(_build()).people
    what = f"counting three groups and a segment: {people:,} people"
    took = processor_milliseconds(lambda: count_overlap(_build()))
    return Figure(what, took, "ms", asked=Asked(most=MOST_MS))


def _release(app: Flask) -> Figure:
    ours, everybody = [], []
    for _ in range(RUNS):
        everybody.append(_release_one(None))
        ours.append(_release_one(_build(AudiencePart(PartKind.EVERYBODY))))
    return Figure(
        "release of 100,000 rows to those lists and everybody else",
        median(ours),
        "s",
        "a release to everybody",
        median(everybody),
        f"{spread(ours, 's')}, everybody {spread(everybody, 's')}",
        Asked(most=MOST_TIMES, of_ratio=True),
    )


def _release_one(audience: ChosenAudience | None) -> float:
    """Return the processor time of a release in seconds, as for 100,000 rows."""
    target = BlastTarget.AUDIENCE if audience else BlastTarget.COMMUNITY
    with write():
        draft = BlastDraft(TEXT, "Reply STOP to opt out.", target, None, "UTC", people_of=audience)
        confirm_blast(draft, None, "ada", now())
    started = time.thread_time()
    release_due_blasts()
    took = time.thread_time() - started
    rows = db.session.scalar(db.text(LAST_SIZE))
    db.session.rollback()
    return took * 100_000 / rows


def _render() -> Figure:
    """Who gets which text: with a field of everybody in it, and without."""
    with write() as session:
        session.execute(db.text("UPDATE person_fields SET class = 'public'"))
    plain, filled = "The picnic is on Saturday.", "The picnic of {Field 0|us} is on Saturday."
    ours, without = (
        processor_milliseconds(partial(_render_draft, body)) for body in (filled, plain)
    )
    what = f"rendering {PEOPLE:,} texts with a field"
    return Figure(what, ours, "ms", "the same without", without, "", Asked(most=1.3, of_ratio=True))


def _render_draft(body: str) -> None:
    render_draft(BlastDraft(body, None, BlastTarget.COMMUNITY, None, "UTC"))
    db.session.rollback()


def _review(app: Flask) -> Figure:
    """The review page of three groups, a segment and an exclusion."""
    visit = Visitor(app)
    draft = {"message_body": "The picnic is on Saturday.", "send_mode": "now"}
    lists = {
        "target": "audience",
        "include": ["group:1", "group:2", "group:3", "segment:1"],
        "exclude": ["group:6"],
    }
    ours, everybody = (
        processor_milliseconds(partial(visit, COMPOSE, "ada", **draft, **chosen))
        for chosen in (lists, {"target": "community"})
    )
    return Figure("review of those lists", ours, "ms", "review of everybody", everybody)
