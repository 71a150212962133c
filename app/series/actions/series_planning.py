"""Keep one blast of a series waiting: make it, aim it at another date, or take it back."""

from datetime import date, datetime

from sqlalchemy import insert, update

from app.blasts.queries.audience import get_blast_placeholders
from app.core.db import ChangedMeanwhile, db
from app.core.settings import current_settings
from app.delivery.actions import blast_scheduling
from app.delivery.actions.blast_scheduling import BlastSpec
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.actions.series_blasts import assign_blast_to_series, forget_exemption
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.recurrence.stale_dates import list_stale_dates
from app.domain.texts.message_templates import fill_template
from app.domain.time.local_times import get_local_date, is_time_zone
from app.organisation import queries as organisation
from app.series.models import BlastSeries, OccurrenceState, SeriesOccurrence, SeriesState
from app.series.queries.series_dates import SeriesDate, list_coming_dates
from app.series.queries.series_records import list_occurrences
from app.series.queries.series_texts import SeriesText, get_date_text

MAX_REASON_LENGTH = 300
# Enough to find one that is not skipped: a person who skips more pauses the series.
DATES_LOOKED_AT = 60
EVENT_GONE_REASON = "Its event was deleted."
ZONE_GONE_REASON = "Its time zone, {zone}, is not known on this computer any more."
STALE_HOLD = "{problems} Edit the text of this date, or send it as it is."
ENDED_NOTE = "part of a series that ended"
STOPPED_NOTE = "part of a series that stopped"


def plan_next_blast(
    series: BlastSeries,
    moment: datetime,
    *,
    free_blast_id: int | None = None,
    tells: bool = False,
) -> None:
    """Let exactly the next date of an active series wait, as the series is now. Inside write().

    A date that waits already and is still the next gets the text and time of now. `free_blast_id`:
    the blast of a date that was just skipped, which waits for the next one instead. `tells`:
    whether admins are told of what needs a person. Raises ChangedMeanwhile when the blast that
    waited was released or canceled in this moment.
    """
    waiting = next((row for row in list_occurrences(series.id) if _is_pending(row)), None)
    blast_id = waiting.scheduled_id if waiting else free_blast_id
    # Asked before anything waits: an audience that is gone means no one, never everybody.
    if reason := _find_stop_reason(series):
        stop_series(series, reason, moment, free_blast_id)
        return
    target = _find_next_date(series, moment, is_late=_is_late(waiting, moment))
    if waiting is not None and (target is None or waiting.occurs_on != target.occurs_on):
        waiting.state, waiting.scheduled_id = OccurrenceState.PLANNED, None
        db.session.flush()
    if target is None:
        _cancel_blast(blast_id, ENDED_NOTE)
        series.state = SeriesState.ENDED
        return
    _place_blast(series, target, blast_id, moment, tells=tells)


def stop_series(
    series: BlastSeries, reason: str, moment: datetime, free_blast_id: int | None = None
) -> None:
    """Stop a series for a reason that needs a person, and tell the admins. Inside write()."""
    withdraw_waiting_blast(series, STOPPED_NOTE)
    _cancel_blast(free_blast_id, STOPPED_NOTE)
    series.state, series.stop_reason = SeriesState.STOPPED, reason[:MAX_REASON_LENGTH]
    notice = build_notice(
        AlertEvent.SERIES_STOPPED, f"Series {series.id}: {reason}", "Resume it once fixed.", moment
    )
    tell_admins(notice, f"/blasts/series/{series.id}")


def withdraw_waiting_blast(series: BlastSeries, note: str) -> None:
    """Cancel the blast of a series that waits; its date stays planned. Inside write().

    Raises ChangedMeanwhile when it was released in this moment.
    """
    for row in list_occurrences(series.id):
        if _is_pending(row):
            _cancel_blast(row.scheduled_id, note)
            row.state, row.scheduled_id = OccurrenceState.PLANNED, None
            db.session.flush()


def describe_stale_dates(
    series: BlastSeries | ScheduledMessage, text: SeriesText, day: date
) -> str:
    """Return what to say of dates in a text that have passed on the day it is sent; "" for none."""
    region = organisation.get_organisation_region()
    # Each is said once, though every translation names the same day.
    problems: dict[str, None] = {}
    for language, body in [(None, text.body), *text.translations.items()]:
        values = get_blast_placeholders(series.target, series.event_id, language=language)
        filled = fill_template(body, None, values) if values else body
        problems |= dict.fromkeys(list_stale_dates(filled, day, region))
    return " ".join(problems)


def _find_stop_reason(series: BlastSeries) -> str:
    if series.target == BlastTarget.EVENT and series.event_id is None:
        return EVENT_GONE_REASON
    if not is_time_zone(series.timezone):
        return ZONE_GONE_REASON.format(zone=series.timezone)
    return ""


def _is_pending(row: SeriesOccurrence) -> bool:
    return row.state is OccurrenceState.PENDING


def _is_late(waiting: SeriesOccurrence | None, moment: datetime) -> bool:
    """Whether the blast that waits should have been sent by now: it is held, or just released."""
    if waiting is None or waiting.scheduled_id is None:
        return False
    return reload_scheduled_blast(waiting.scheduled_id).scheduled_at <= moment


def _find_next_date(series: BlastSeries, moment: datetime, *, is_late: bool) -> SeriesDate | None:
    """Return the date that should wait; `is_late`: one that waits stays until it is over."""
    coming_dates = list_coming_dates(series, moment, DATES_LOOKED_AT)
    dates = [coming for coming in coming_dates if not coming.is_skipped]
    if is_late:
        return next((coming for coming in dates if coming.is_pending), None)
    return next((coming for coming in dates if coming.due_at > moment), None)


def _cancel_blast(scheduled_id: int | None, note: str) -> None:
    if scheduled_id and not blast_scheduling.cancel_scheduled_blast(scheduled_id, note):
        raise ChangedMeanwhile


def _place_blast(
    series: BlastSeries,
    coming: SeriesDate,
    scheduled_id: int | None,
    moment: datetime,
    *,
    tells: bool,
) -> None:
    """Let the blast of one date wait: the one that waits already, or a new one."""
    text = get_date_text(series, coming)
    held_reason = _find_held_reason(series, coming, text, scheduled_id)
    spec = _build_spec(series, text, scheduled_id)
    # What was held until after its time is sent now: with its own time it would be too late.
    due_at = max(coming.due_at, moment)
    if scheduled_id is None:
        scheduled_id = blast_scheduling.schedule_blast(spec, due_at).id
        assign_blast_to_series(scheduled_id, series.id)
    elif not blast_scheduling.replace_pending_blast(scheduled_id, spec, due_at):
        raise ChangedMeanwhile
    # An admin let one date be sent at any hour, not the next one too.
    if not coming.is_pending:
        forget_exemption(scheduled_id)
    _mark_pending(series.id, coming, scheduled_id)
    if not held_reason:
        return
    blast_scheduling.hold_scheduled_blast(scheduled_id, held_reason)
    if tells:
        notice = build_notice(AlertEvent.BLAST_HELD, held_reason, "", moment)
        tell_admins(notice, f"/blasts/series/{series.id}")


def _find_held_reason(
    series: BlastSeries, coming: SeriesDate, text: SeriesText, scheduled_id: int | None
) -> str | None:
    """Return why a person must look at this date first, or None.

    A text that waits for the same day stays held, or confirmed, as it was.
    """
    blast = reload_scheduled_blast(scheduled_id) if scheduled_id else None
    is_same = blast is not None and SeriesText(blast.message_body, blast.translations) == text
    if blast is not None and is_same and _is_due_on(blast, series, coming.day):
        return blast.held_reason
    problems = describe_stale_dates(series, text, coming.day)
    return STALE_HOLD.format(problems=problems)[:MAX_REASON_LENGTH] if problems else None


def _is_due_on(blast: ScheduledMessage, series: BlastSeries, day: date) -> bool:
    return get_local_date(series.timezone, blast.scheduled_at) == day


def _mark_pending(series_id: int, coming: SeriesDate, scheduled_id: int) -> None:
    values = {"state": OccurrenceState.PENDING, "scheduled_id": scheduled_id}
    if coming.row is not None:
        is_meant = SeriesOccurrence.id == coming.row.id
        db.session.execute(update(SeriesOccurrence).where(is_meant).values(values))
        return
    row = {"series_id": series_id, "occurs_on": coming.occurs_on, **values}
    db.session.execute(insert(SeriesOccurrence).values(row))


def _build_spec(series: BlastSeries, text: SeriesText, scheduled_id: int | None) -> BlastSpec:
    settings = current_settings()
    # The first blast of a series keeps the token of its form: a second post leads to it.
    blast = reload_scheduled_blast(scheduled_id) if scheduled_id else None
    return BlastSpec(
        body=text.body,
        translations=text.translations,
        footer=series.footer,
        target=series.target,
        event_id=series.event_id,
        sender=settings.sender,
        carrier=series.carrier,
        test_mode=False,
        immediate=False,
        timezone=series.timezone,
        client_token=blast.client_token if blast else None,
        created_by=series.created_by,
        created_by_id=series.created_by_id,
        survey_id=series.survey_id,
        confirmed_count=series.confirmed_count,
        name=series.name,
        plain_names=series.plain_names,
        audience_id=series.audience_id,
    )
