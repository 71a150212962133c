"""Blasts of a series that are above their sender's limit: who answers for them, and asking."""

from datetime import datetime

from sqlalchemy import update

from app.accounts.queries import find_author, find_user_by_name
from app.approvals.queries.sender_excess import has_limit
from app.blasts.actions.approval_judgement import judge_planned_blast
from app.blasts.queries import audience
from app.blasts.queries.field_fillings import FieldNotTextable
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.core.db import db, write
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.series.models import BlastSeries, OccurrenceState
from app.series.queries.series_records import list_occurrences


def answer_for_series(series_id: int, username: str) -> None:
    """Let a user with a limit answer for a series whose text they change. Inside write().

    Otherwise their words would be sent as those of someone who needs no approval.
    """
    user = find_user_by_name(username)
    if user is not None and has_limit(user):
        statement = update(BlastSeries).where(BlastSeries.id == series_id)
        db.session.execute(statement.values(created_by=username, created_by_id=user.id))


def ask_about_next_date(series_id: int, moment: datetime) -> None:
    """Ask for approval of the blast of a series that waits, if it needs one, ahead of its time.

    Its release asks in any case. Not inside write(): the texts are rendered first.
    """
    rows = list_occurrences(series_id)
    pending = next((row for row in rows if row.state is OccurrenceState.PENDING), None)
    if pending is None or pending.scheduled_id is None:
        return
    blast = reload_scheduled_blast(pending.scheduled_id)
    if not blast.approval and not has_limit(find_author(blast.created_by_id, blast.created_by)):
        return
    try:
        rendered = render_scheduled_blast(blast)
    except (audience.BlastEventNotFound, FieldNotTextable):
        return
    scheduled_id = blast.id
    with write():
        judge_planned_blast(scheduled_id, rendered, moment)
