"""The draft under review, and the facts about it: for whom, when, how long, at what cost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.blasts.queries.end_time_forecast import EndTimeForecast
from app.blasts.queries.results_audience import describe_results_audience
from app.core.local_formats import format_time_in_zone
from app.core.settings import Settings
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_labels import describe_audience
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.cost_estimate import (
    compute_cost,
    compute_send_seconds,
    format_money,
    format_segment_price,
)
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.plurals import pluralize
from app.domain.time import durations
from app.events.queries import events
from app.organisation.models import Organisation

# More sizes than these are said as a range.
MAX_SEGMENT_SIZES_LISTED = 3


@dataclass(frozen=True)
class ReviewRequest:
    """A draft to review, rendered for its audience at `moment` (UTC).

    `start_fold`, `end_fold`: which of two equal times on the clocks was chosen ("first",
    "second"), "" when there is only one. `page_number`: the page of texts to show.
    `person`: whose text stands first, from 0.
    """

    draft: BlastDraft
    blast: RenderedBlast
    moment: datetime
    start_fold: str = ""
    end_fold: str = ""
    page_number: int = 1
    person: int = 0


def build_review_facts(
    request: ReviewRequest,
    settings: Settings,
    organisation: Organisation,
    forecast: EndTimeForecast | None,
    undo_seconds: int,
) -> Iterator[tuple[str, str]]:
    """Yield the facts above the texts as (term, value)."""
    draft, segments = request.draft, request.blast.segment_count
    event = events.find_event(draft.event_id)
    event_title = event.title if event else None
    yield "To", describe_draft_audience(draft, event_title)
    yield "From", format_phone_number(settings.sender)
    yield "When", _describe_send_time(request, undo_seconds)
    seconds = compute_send_seconds(segments, settings.effective_send_rate)
    yield "Sending takes", durations.format_approximate_duration(seconds)
    if forecast:
        yield from forecast.facts
    yield "Segments", _summarise_segments(request.blast)
    price = organisation.price_per_segment
    cost = compute_cost(segments, price)
    if price is None or cost is None:
        yield "Price per segment", "not set yet"
    else:
        yield "Price per segment", format_segment_price(price, organisation.currency)
        yield "Cost, about", format_money(cost, organisation.currency)


def describe_draft_audience(draft: BlastDraft, event_title: str | None) -> str:
    """Return whom a draft is for, in words."""
    results = describe_results_audience(draft.results_of) if draft.results_of else None
    return results.label if results else describe_audience(draft.target, event_title)


def _describe_send_time(request: ReviewRequest, undo_seconds: int) -> str:
    """Return the start in words, with its zone."""
    draft = request.draft
    if draft.send_at is None and undo_seconds:
        return f"Now (you'll have {undo_seconds} seconds to undo)"
    if draft.send_at is None:
        return "Now"
    time = format_time_in_zone(draft.send_at, draft.timezone)
    fold = request.start_fold
    fold_note = f", the {fold} time the clocks show it" if fold else ""
    delay = durations.format_time_until(draft.send_at, request.moment)
    return f"{time}, {draft.timezone}{fold_note} ({delay})"


def _summarise_segments(blast: RenderedBlast) -> str:
    """Return the billed segments and who gets how many.

    Such as "150 segments: 1 segment for 146 people, 2 segments for 2 people".
    """
    total = pluralize(blast.segment_count, "segment")
    sizes = sorted(Counter(text.segments for text in blast.sendable_texts).items())
    if not sizes:
        return total
    smallest, largest = sizes[0][0], sizes[-1][0]
    if len(sizes) == 1:
        return f"{total}, {smallest} a person"
    if len(sizes) > MAX_SEGMENT_SIZES_LISTED:
        return f"{total}, {smallest} to {largest} a person"
    shares = [
        f"{pluralize(size, 'segment')} for {pluralize(count, 'person', 'people')}"
        for size, count in sizes
    ]
    return f"{total}: {', '.join(shares)}"
