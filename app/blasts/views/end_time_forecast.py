"""What the end of a blast means for it: when the last text leaves at this pace, and how many
would come too late.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from app.blasts.views.blast_labels import format_people_count
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.cost_estimate import compute_send_seconds
from app.domain.delivery.send_rate import VALIDITY_MARGIN_SECONDS
from app.domain.time import local_times


@dataclass(frozen=True)
class EndTimeForecast:
    """The end of a blast that starts at `start` and leaves at `rate` parts a second.

    Moments are UTC.
    """

    end: datetime
    zone: str
    fold: str
    start: datetime
    rate: float
    rehearsal: RenderedBlast

    @property
    def facts(self) -> Iterator[tuple[str, str]]:
        """For the list of facts."""
        which = f", the {self.fold} time the clocks show it" if self.fold else ""
        yield (
            "Nothing leaves after",
            f"{self._format_local_time(self.end)}, {self.zone}{which}",
        )
        if not self.too_late_count:
            yield (
                "The last leaves",
                f"about {self._format_local_time(self._last_send_at)}",
            )

    @property
    def too_late_count(self) -> int:
        """How many people it would come too late for, at this pace."""
        parts_in_time = (
            self.end - self.start - timedelta(seconds=VALIDITY_MARGIN_SECONDS)
        ).total_seconds() * self.rate
        if self.rehearsal.segment_count <= parts_in_time:
            return 0
        sent = bisect_right(
            list(accumulate(text.segments for text in self.rehearsal.sendable_texts)),
            parts_in_time,
        )
        return self.rehearsal.recipient_count - sent

    @property
    def warning(self) -> str | None:
        """What to say when some would not be sent it."""
        if not self.too_late_count:
            return None
        return (
            f"At this pace the last text would leave about {self._format_local_time(self._last_send_at)}, but nothing leaves after "
            f"{self._format_local_time(self.end)}: about {self.too_late_count:,} of {format_people_count(self.rehearsal.recipient_count)} would not be sent it. "
            "Choose a later end, or an earlier start."
        )

    @property
    def _last_send_at(self) -> datetime:
        return self.start + timedelta(
            seconds=compute_send_seconds(self.rehearsal.segment_count, self.rate)
        )

    def _format_local_time(self, moment: datetime) -> str:
        return local_times.format_moment(moment, self.zone, now=self.start)
