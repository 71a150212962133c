"""Everything that will be sent in a span of time, in at most nine statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.delivery.models import MessageLog
from app.delivery.queries.admin_audiences import find_audience_sentences
from app.delivery.queries.blast_records import find_blast_logs
from app.delivery.queries.planned_sends import HeldTotal, list_held_totals, list_pending_blasts
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.events.queries.events import find_event_titles
from app.events.queries.registrations import count_invited_people_by_event
from app.sequences.queries.planned_steps import PlannedSteps, list_planned_steps
from app.series.models import BlastSeries, SeriesState
from app.series.queries.series_dates import SeriesDate, list_unscheduled_dates
from app.series.queries.series_records import list_series_in_states

# A month with more is shown as far as it goes, and says so.
MAX_BLASTS = 500


@dataclass(frozen=True)
class PlannedSpan:
    """From when until when (UTC, without).

    `has_late`: also what should be sent by now.
    """

    start: datetime
    end: datetime
    has_late: bool


@dataclass(frozen=True)
class PlannedSends:
    """What will be sent. By their ids: `titles` of events, `invited` people of events, `logs` of
    blasts that are held or whose people get another one, `sentences` of audiences.
    """

    blasts: Sequence[ScheduledMessage]
    series_dates: Sequence[tuple[BlastSeries, SeriesDate]]
    held: Sequence[HeldTotal]
    steps: Sequence[PlannedSteps]
    titles: Mapping[int, str]
    invited: Mapping[int, int]
    logs: Mapping[int, MessageLog]
    sentences: Mapping[int, str]

    @property
    def is_truncated(self) -> bool:
        """Whether there may be more blasts than these."""
        return len(self.blasts) == MAX_BLASTS


def load_planned_sends(carrier: str, span: PlannedSpan, role: Role) -> PlannedSends:
    """Return what this carrier will send, with audiences as a user of `role` may read them."""
    start = None if span.has_late else span.start
    blasts = list_pending_blasts(carrier, start, span.end, MAX_BLASTS)
    active = list_series_in_states([SeriesState.ACTIVE])
    active = [series for series in active if series.carrier == carrier]
    series_dates = list_unscheduled_dates(active, span.start, span.end)
    held = list_held_totals(carrier, start, span.end)
    planned: list[ScheduledMessage | BlastSeries] = list(blasts)
    planned += [series for series, _ in series_dates]
    audience_ids = {blast.audience_id for blast in planned if blast.audience_id}
    # Blasts and series together: one statement for the names of both.
    event_ids = {blast.event_id for blast in planned if blast.event_id}
    log_ids = {blast.audience_log_id for blast in blasts if blast.audience_log_id}
    log_ids |= {total.log_id for total in held}
    reminded_ids = {
        blast.event_id for blast in blasts if blast.event_reminder_id and blast.event_id
    }
    return PlannedSends(
        blasts=blasts,
        series_dates=series_dates,
        held=held,
        steps=list_planned_steps(carrier, start, span.end),
        titles=find_event_titles(event_ids),
        invited=count_invited_people_by_event(reminded_ids) if reminded_ids else {},
        logs=find_blast_logs(log_ids),
        sentences=find_audience_sentences(audience_ids, role) if audience_ids else {},
    )
