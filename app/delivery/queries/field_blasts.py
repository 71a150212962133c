"""The blasts that wait and name a field of people in their text."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.template_fields import fold_field_name
from app.domain.texts.translations import join_texts


def list_waiting_blasts_with_field(name: str) -> Sequence[ScheduledMessage]:
    """Return the blasts, tests too, that wait with a field in their text, the next first."""
    blast = ScheduledMessage
    # Few blasts wait, and a name is written in many ways.
    waiting = select(blast).where(blast.status == ScheduledBlastStatus.PENDING)
    blasts = db.session.scalars(waiting.order_by(blast.scheduled_at, blast.id))
    return [row for row in blasts if _names_field(row, name)]


def _names_field(blast: ScheduledMessage, name: str) -> bool:
    """Whether the text of a blast names a field, in any language."""
    folded = fold_field_name(name)
    texts = join_texts(blast.message_body, blast.translations.values())
    return folded in find_field_names(texts, (folded,))
