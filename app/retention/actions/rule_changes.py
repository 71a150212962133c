"""Storing how long each kind is kept. Inside write()."""

from collections.abc import Mapping
from datetime import datetime

from app.core.db import db
from app.retention.kinds import KINDS
from app.retention.models import RetentionKind, RetentionRule


def store_rules(days_by_kind: Mapping[RetentionKind, int | None]) -> None:
    """Store how many days these kinds are kept; None: for ever."""
    for kind, days in days_by_kind.items():
        _get_or_add_rule(kind).days = days
    db.session.flush()


def create_default_rules() -> None:
    """Create the rules of a new organisation."""
    store_rules({kind.kind: kind.new_days for kind in KINDS})


def record_run(kind: RetentionKind, moment: datetime, removed_count: int) -> None:
    """Note that what is older than a rule was removed, and how much that was."""
    rule = db.session.get(RetentionRule, kind, populate_existing=True)
    if rule is not None:
        rule.ran_at = moment
        rule.removed_count = removed_count


def _get_or_add_rule(kind: RetentionKind) -> RetentionRule:
    rule = db.session.get(RetentionRule, kind, populate_existing=True)
    if rule is None:
        rule = RetentionRule(kind=kind)
        db.session.add(rule)
    return rule
