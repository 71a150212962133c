"""A scheduled blast is edited and moved in place, while it waits."""

from collections.abc import Iterable
from datetime import datetime

from app.blasts.actions.blast_confirmation import build_blast_spec, compute_due_time
from app.delivery.actions.audience_storage import delete_unused_audience
from app.delivery.actions.blast_scheduling import replace_pending_blast
from app.delivery.actions.series_blasts import forget_exemption
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_draft import BlastDraft


class BlastReleased(Exception):
    """The blast was released or canceled meanwhile, or is one of a series now."""


def edit_scheduled_blast(
    blast: ScheduledMessage,
    draft: BlastDraft,
    username: str,
    moment: datetime,
    confirmed_count: int,
    shown_people: Iterable[tuple[str, str | None]] = (),
) -> None:
    """Make a blast that waits what a draft says. Inside write().

    Raises BlastReleased, and what build_blast_spec() raises.
    """
    # Since its draft was opened it may have become one of a series, which has its text and people.
    if reload_scheduled_blast(blast.id).series_id is not None:
        raise BlastReleased
    scheduled_id, former_audience_id = blast.id, blast.audience_id
    spec = build_blast_spec(draft, blast.client_token, username, confirmed_count, shown_people)
    if not replace_pending_blast(scheduled_id, spec, compute_due_time(draft, moment)):
        raise BlastReleased
    # An admin let the former text out of hours, with a reason that was about that text.
    forget_exemption(scheduled_id)
    delete_unused_audience(former_audience_id)
