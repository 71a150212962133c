"""Whom a blast that waits for its time would go to now, and who reads which of its texts."""

from app.blasts.queries import audience
from app.blasts.queries.field_fillings import FieldNotTextable
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.message_statuses import ScheduledBlastStatus


def render_waiting_blast(blast: ScheduledMessage) -> RenderedBlast | None:
    """Return whom a blast that waits would go to now; None where no one is counted.

    Not in the seconds of Undo: that page asks again every second.
    """
    is_waiting = blast.status == ScheduledBlastStatus.PENDING and not blast.test_mode
    is_undoable = blast.immediate and not blast.held_reason and not blast.approval
    if not is_waiting or is_undoable:
        return None
    try:
        return render_scheduled_blast(blast)
    except (audience.BlastEventNotFound, FieldNotTextable):
        return None


def count_readers(rendered: RenderedBlast | None) -> dict[str | None, int]:
    """Return how many people get which text, by its language; {} where no one is counted."""
    texts = rendered.texts_by_language if rendered else {}
    return {tag: len(readers) for tag, readers in texts.items()}
