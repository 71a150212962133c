"""Series and their dates, as they are stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.fetched_rows import fetch_by_ids
from app.domain.delivery.blast_labels import name_blast
from app.series.models import BlastSeries, OccurrenceState, SeriesOccurrence, SeriesState


@dataclass(frozen=True)
class SeriesProgress:
    """An active series, and the scheduled blasts of its date that waits and of its last one."""

    series_id: int
    pending_blast_id: int | None
    last_blast_id: int | None


def find_series(series_id: int) -> BlastSeries | None:
    """Return the series of this id, or None."""
    return db.session.get(BlastSeries, series_id)


def reload_series(series_id: int) -> BlastSeries | None:
    """Read a series again, past what the session has loaded; None when it was deleted."""
    return db.session.get(BlastSeries, series_id, populate_existing=True)


def list_series() -> Sequence[BlastSeries]:
    """Return every series: those that go on, then the others, the newest first."""
    goes_on = BlastSeries.state != SeriesState.ENDED
    return db.session.scalars(
        select(BlastSeries).order_by(goes_on.desc(), BlastSeries.id.desc())
    ).all()


def list_series_in_states(states: Collection[SeriesState]) -> Sequence[BlastSeries]:
    """Return the series that are in one of these states, the oldest first."""
    statement = select(BlastSeries).where(BlastSeries.state.in_(states)).order_by(BlastSeries.id)
    return db.session.scalars(statement).all()


def find_series_by_ids(series_ids: Collection[int]) -> dict[int, BlastSeries]:
    """Return these series by their ids; those that were deleted are left out."""
    return fetch_by_ids(BlastSeries, series_ids)


def find_series_names(series_ids: Collection[int]) -> dict[int, str]:
    """Return what these series are called, by their ids."""
    return {id_: name_blast(series) for id_, series in find_series_by_ids(series_ids).items()}


def list_occurrences(series_id: int) -> Sequence[SeriesOccurrence]:
    """Return the dates of a series that have a row, in order, read anew."""
    statement = (
        select(SeriesOccurrence)
        .where(SeriesOccurrence.series_id == series_id)
        .order_by(SeriesOccurrence.occurs_on)
    )
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def list_occurrences_by_series(
    series_ids: Collection[int],
) -> dict[int, list[SeriesOccurrence]]:
    """Return the same of several series by their ids, in one statement."""
    rows_by_series: dict[int, list[SeriesOccurrence]] = {id_: [] for id_ in series_ids}
    if not series_ids:
        return {}
    statement = (
        select(SeriesOccurrence)
        .where(SeriesOccurrence.series_id.in_(series_ids))
        .order_by(SeriesOccurrence.occurs_on)
    )
    for row in db.session.scalars(statement.execution_options(populate_existing=True)):
        rows_by_series[row.series_id].append(row)
    return rows_by_series


def list_pending_occurrences(series_ids: Collection[int]) -> dict[int, SeriesOccurrence]:
    """Return the date of each of these series whose blast waits, by the id of the series."""
    if not series_ids:
        return {}
    statement = select(SeriesOccurrence).where(
        SeriesOccurrence.series_id.in_(series_ids),
        SeriesOccurrence.state == OccurrenceState.PENDING,
    )
    return {row.series_id: row for row in db.session.scalars(statement)}


def list_progress(carrier: str) -> Sequence[SeriesProgress]:
    """Return how far each active series of this carrier is, in one statement."""
    last_days = (
        select(SeriesOccurrence.series_id, func.max(SeriesOccurrence.occurs_on).label("day"))
        .where(SeriesOccurrence.state == OccurrenceState.DONE)
        .group_by(SeriesOccurrence.series_id)
        .subquery()
    )
    pending, last = aliased(SeriesOccurrence), aliased(SeriesOccurrence)
    is_waiting = (pending.series_id == BlastSeries.id) & (pending.state == OccurrenceState.PENDING)
    statement = (
        select(BlastSeries.id, pending.scheduled_id, last.scheduled_id)
        .outerjoin(pending, is_waiting)
        .outerjoin(last_days, last_days.c.series_id == BlastSeries.id)
        .outerjoin(last, (last.series_id == BlastSeries.id) & (last.occurs_on == last_days.c.day))
        .where(BlastSeries.state == SeriesState.ACTIVE, BlastSeries.carrier == carrier)
        .order_by(BlastSeries.id)
    )
    return list(starmap(SeriesProgress, db.session.execute(statement)))
