"""A series in words: its rule, whom it is for, its dates, and what its next text looks like."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_login import current_user

from app.blasts.queries.audience import BlastEventNotFound, render_draft
from app.blasts.queries.field_fillings import FieldNotTextable
from app.core.clock import now
from app.core.local_formats import get_display_region
from app.delivery.queries.admin_audiences import find_audience_sentences
from app.delivery.queries.stored_audiences import load_audience
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_labels import describe_audience
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.recurrence.recurrence_rules import RecurrenceRule
from app.domain.recurrence.recurrence_sentences import describe_rule
from app.domain.time import local_times
from app.events.queries import events
from app.series.actions.series_editing import SeriesTiming
from app.series.actions.series_planning import describe_stale_dates
from app.series.models import BlastSeries, SeriesState
from app.series.queries.series_texts import SeriesText

STATE_LABELS = {
    SeriesState.ACTIVE: ("ok", "Active"),
    SeriesState.PAUSED: ("warn", "Paused"),
    SeriesState.STOPPED: ("bad", "Stopped"),
    SeriesState.ENDED: ("", "Ended"),
}


@dataclass(frozen=True)
class NextText:
    """What the next blast of a series would send now. `problem`: why it cannot be sent, or ""."""

    people_count: int
    example: str
    segments: int
    problem: str = ""


def describe_series(series: BlastSeries) -> str:
    """Return the rule of a series as one sentence without its full stop."""
    rule = RecurrenceRule.from_json(series.rule)
    return describe_timing(SeriesTiming(rule, series.starts_on, series.time_of_day))


def describe_timing(timing: SeriesTiming) -> str:
    """Return a timing as one sentence without its full stop."""
    today = now().date()
    region = get_display_region()
    return describe_rule(timing.rule, timing.clock, timing.starts_on, today=today, region=region)


def describe_people(all_series: Sequence[BlastSeries]) -> dict[int, str]:
    """Return whom each series is for, by its id."""
    audience_ids = {series.audience_id for series in all_series if series.audience_id}
    sentences = {}
    if audience_ids:
        sentences = find_audience_sentences(audience_ids, current_user.role)
    titles = find_event_titles(all_series)
    labels = {}
    for series in all_series:
        if series.audience_id:
            labels[series.id] = sentences[series.audience_id]
        else:
            labels[series.id] = describe_audience(series.target, titles.get(series.event_id or 0))
    return labels


def find_event_titles(all_series: Sequence[BlastSeries]) -> dict[int, str]:
    """Return the titles of these series' events by event id; a deleted event is missing."""
    return events.find_event_titles({series.event_id for series in all_series if series.event_id})


def format_series_time(moment: datetime, zone: str) -> str:
    """Return a moment on the clocks of a series, "Sun, Dec 6, 10:00 AM"."""
    return local_times.format_moment(moment, zone, now=now(), region=get_display_region())


def format_series_day(day: date, zone: str) -> str:
    """Return a day of a series, "Sun, Dec 6"; with the year when that is another."""
    today = local_times.get_local_date(zone, now())
    return local_times.format_day(day, today=today, region=get_display_region())


def describe_next_text(body: str, render: Callable[[], RenderedBlast]) -> NextText:
    """Return what people would get now; `render` fills a text in for everyone on the lists."""
    try:
        rendered = render()
    except FieldNotTextable as error:
        return NextText(0, body, 0, error.reason)
    except BlastEventNotFound as error:
        reason = getattr(error, "reason", "Its event was deleted")
        return NextText(0, body, 0, f"{reason}, so no one would get it.")
    longest = rendered.longest_text
    if longest is None:
        return NextText(0, body, 0)
    return NextText(rendered.recipient_count, longest.body, longest.segments)


def list_stale_notices(
    blast: BlastSeries | ScheduledMessage,
    text: SeriesText,
    zone: str,
    moments: Sequence[tuple[date, datetime]],
) -> list[str]:
    """Return "Sun, Dec 13: Dec 6 has passed." for each of these dates that would be held."""
    notices = []
    for day, _ in moments:
        if problems := describe_stale_dates(blast, text, day):
            notices.append(f"{format_series_day(day, zone)}: {problems}")
    return notices


def render_series_text(series: BlastSeries, text: SeriesText) -> RenderedBlast:
    """Return the texts of a series' people. Raises BlastEventNotFound and FieldNotTextable."""
    draft = BlastDraft(
        body=text.body,
        translations=text.translations,
        footer=series.footer,
        target=series.target,
        event_id=series.event_id,
        timezone=series.timezone,
        people_of=load_audience(series.audience_id),
        plain_names=series.plain_names,
    )
    return render_draft(draft)
