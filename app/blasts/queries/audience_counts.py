"""How many people an audience has, grouped by what decides about the length of their texts."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from flask import current_app

from app.blasts.queries import audience
from app.blasts.queries.field_fillings import load_filling
from app.domain.audiences.chosen_audience import ChosenPeople
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.name_groups import NameGroup, group_names
from app.profiles.queries.textable_fields import find_text_fields

# A large audience takes a second to read: what was read is used again while somebody types.
# A small one is read anew each time.
SLOW_READ_SECONDS = 0.25
KEPT_SECONDS = 20.0
MAX_KEPT_AUDIENCES = 16


@dataclass(frozen=True)
class AudienceCounts:
    """The people who get a text, in groups, and how many are skipped."""

    groups: list[NameGroup]
    people: int
    skipped: int


def load_audience_counts(
    target: BlastTarget,
    event_id: int | None,
    people_of: ChosenPeople | None,
    used: Collection[str],
    body: str = "",
) -> AudienceCounts:
    """Return the counts for a text with these placeholders, and the fields that `body` names.

    Raises BlastEventNotFound.
    """
    cached_counts: dict[object, tuple[float, AudienceCounts]]
    cached_counts = current_app.extensions.setdefault("audience_counts", {})
    key = (target, event_id, people_of, frozenset(used), find_text_fields(body))
    start = time.monotonic()
    until, counts = cached_counts.get(key, (0.0, None))
    if counts is not None and until > start:
        return counts
    counts = _read_audience_counts(target, event_id, people_of, used, body)
    end = time.monotonic()
    if end - start > SLOW_READ_SECONDS:
        if len(cached_counts) >= MAX_KEPT_AUDIENCES:
            cached_counts.clear()
        cached_counts[key] = (end + KEPT_SECONDS, counts)
    return counts


def _read_audience_counts(
    target: BlastTarget,
    event_id: int | None,
    people_of: ChosenPeople | None,
    used: Collection[str],
    body: str,
) -> AudienceCounts:
    """Count the people of an audience, and how long their texts are."""
    recipients = audience.fetch_recipients(target, event_id, None, people_of)
    filling = load_filling(recipients, body)
    people = [
        (name, filling.get_texts(phone))
        for name, phone, skip_reason in recipients
        if skip_reason is None
    ]
    groups = group_names(people, used, filling.names)
    return AudienceCounts(groups, len(people), len(recipients) - len(people))
