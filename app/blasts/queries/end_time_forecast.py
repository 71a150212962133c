"""What the end of a blast means for it: when the last text leaves, and how many come too late."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from app.core.local_formats import format_time_in_zone
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.cost_estimate import compute_send_seconds
from app.domain.delivery.send_rate import VALIDITY_MARGIN_SECONDS
from app.domain.texts.plurals import pluralize


@dataclass(frozen=True)
class SendWindow:
    """The time a blast has (UTC), the zone its moments are said in, and segments a second."""

    start: datetime
    end: datetime
    zone: str
    segments_per_second: float

    def format_local_time(self, moment: datetime) -> str:
        """Return the moment on the clocks of the zone."""
        return format_time_in_zone(moment, self.zone)


@dataclass(frozen=True)
class EndTimeForecast:
    """The facts about the end of a blast; `warning`: what to say when some get nothing, or ""."""

    facts: list[tuple[str, str]]
    warning: str


def forecast_end_time(window: SendWindow, end_fold: str, blast: RenderedBlast) -> EndTimeForecast:
    """Return what the end means for these texts.

    `end_fold`: which of two equal times was chosen ("first", "second"), "" when there is one.
    """
    end = window.format_local_time(window.end)
    fold_note = f", the {end_fold} time the clocks show it" if end_fold else ""
    facts = [("Stops sending at", f"{end}, {window.zone}{fold_note}")]
    seconds = compute_send_seconds(blast.segment_count, window.segments_per_second)
    last_leaves = window.format_local_time(window.start + timedelta(seconds=seconds))
    too_late_count = _count_too_late_texts(window, blast)
    if not too_late_count:
        facts.append(("Last text sent", f"about {last_leaves}"))
        return EndTimeForecast(facts, "")
    people = pluralize(blast.recipient_count, "person", "people")
    warning = (
        f"At this pace the last text would be sent about {last_leaves}, but sending stops at "
        f"{end}: about {too_late_count:,} of {people} would not get it. "
        "Choose a later end or an earlier start."
    )
    return EndTimeForecast(facts, warning)


def _count_too_late_texts(window: SendWindow, blast: RenderedBlast) -> int:
    # Twilio's own clock and queue get 30 seconds before a text's end.
    margin = timedelta(seconds=VALIDITY_MARGIN_SECONDS)
    available = (window.end - window.start - margin).total_seconds()
    segments_in_time = available * window.segments_per_second
    if blast.segment_count <= segments_in_time:
        return 0
    # Texts leave in this order, so all behind the first running total that is too large are late.
    running_totals = list(accumulate(text.segments for text in blast.sendable_texts))
    return blast.recipient_count - bisect_right(running_totals, segments_in_time)
