"""A rehearsal of a step in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.clock import now
from app.core.local_formats import format_recent_time
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.texts.plurals import pluralize
from app.organisation import queries as organisation
from app.sequences.actions.step_rehearsal import Rehearsal
from app.sequences.queries.send_history import describe_skip


@dataclass(frozen=True)
class RehearsalLabel:
    """What a step would come to in sentences, and who gets no text: (why, how many people)."""

    sentences: Sequence[str]
    reasons: Sequence[tuple[str, int]]


def describe_rehearsal(rehearsal: Rehearsal, step: str) -> RehearsalLabel:
    """Return a rehearsal in sentences. `step`: what it is called, such as "the first step"."""
    if rehearsal.fault:
        return RehearsalLabel([f"Nothing is sent: {rehearsal.fault}"], [])
    accuracy = "About " if rehearsal.is_estimate else ""
    people = pluralize(rehearsal.text_count, "person gets", "people get")
    sentences = [f"{accuracy}{people} {step}: {_describe_size(rehearsal.segments)}."]
    if rehearsal.texts and rehearsal.due_at > now():
        sentences.append(f"It is sent {format_recent_time(rehearsal.due_at)}.")
    if rehearsal.held_until is not None:
        later = pluralize(rehearsal.held_count, "person gets it", "people get it")
        until = format_recent_time(rehearsal.held_until)
        sentences.append(f"{accuracy}{later} later, from {until}, because of your texting hours.")
    if rehearsal.without_money:
        waiting = pluralize(rehearsal.without_money, "person waits", "people wait")
        sentences.append(f"{accuracy}{waiting} because of your sending limits.")
    if rehearsal.later_segments:
        size = _describe_size(rehearsal.segments + rehearsal.later_segments)
        sentences.append(f"All steps: at most {size}. A step that repeats counts once.")
    reasons = [(describe_skip(reason), count) for reason, count in rehearsal.reasons.most_common()]
    return RehearsalLabel(sentences, reasons)


def _describe_size(segments: int) -> str:
    """Return "42 segments, about $0.34"; without a price only the segments."""
    row = organisation.get_organisation()
    size = pluralize(segments, "segment")
    cost = compute_cost(segments, row.price_per_segment)
    return size if cost is None else f"{size}, about {format_money(cost, row.currency)}"
