"""The rules as they are, and what they would remove."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.core.clock import now
from app.core.db import db
from app.delivery.queries.archivable_texts import count_archivable_texts, find_oldest_text_year
from app.retention.kinds import KINDS, KINDS_BY_NAME, RetainedKind
from app.retention.models import RetentionKind, RetentionRule


@dataclass(frozen=True)
class KindState:
    """A kind with its rule: how many days it is kept (None: for ever), and its last run."""

    kind: RetainedKind
    days: int | None
    ran_at: datetime | None
    removed_count: int


@dataclass(frozen=True)
class Removal:
    """What a rule would remove now: how many, and when the oldest is from."""

    kind: RetainedKind
    count: int
    oldest: datetime | None


def find_retention_days(kind: RetentionKind) -> int | None:
    """Return how many days a kind is kept; None: for ever."""
    rule = db.session.get(RetentionRule, kind, populate_existing=True)
    if rule is not None:
        return rule.days
    definition = KINDS_BY_NAME.get(kind)
    return definition.usual_days if definition else None


def list_kind_states() -> list[KindState]:
    """Return every kind of the page with its rule."""
    rules = {rule.kind: rule for rule in db.session.scalars(select(RetentionRule))}
    states = []
    for kind in KINDS:
        rule = rules.get(kind.kind)
        if rule is None:
            states.append(KindState(kind, kind.usual_days, None, 0))
        else:
            states.append(KindState(kind, rule.days, rule.ran_at, rule.removed_count))
    return states


def find_rule(kind: RetentionKind) -> RetentionRule | None:
    """Return the rule of a kind as the database has it now, or None."""
    return db.session.get(RetentionRule, kind, populate_existing=True)


def preview_removal(kind: RetentionKind, days: int | None) -> Removal:
    """Return what keeping a kind for so many days would remove now. May take a second."""
    retained = KINDS_BY_NAME[kind]
    if days is None:
        return Removal(retained, 0, None)
    count, oldest = retained.count(now() - timedelta(days=days))
    return Removal(retained, count, oldest)


def list_finished_years(days: int | None) -> list[int]:
    """Return the years with texts here that ended more than so many days ago, the oldest first."""
    oldest = find_oldest_text_year()
    if days is None or oldest is None:
        return []
    deadline = now() - timedelta(days=days)
    years = range(oldest, deadline.year + 1)
    return [year for year in years if datetime(year + 1, 1, 1, tzinfo=UTC) <= deadline]


def preview_archiving(days: int | None) -> dict[int, int]:
    """Return how many texts of each year would move into its archive now."""
    counts = {year: count_archivable_texts(year) for year in list_finished_years(days)}
    return {year: count for year, count in counts.items() if count}
