"""The steps whose texts wait to be sent."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.core.settings import current_settings
from app.delivery.queries.sequence_texts import list_waiting_step_texts
from app.sequences.progress_models import SequencePerson, SequenceSend


class WaitingSend(NamedTuple):
    """A step whose text waits, and the person who is to get it."""

    send: SequenceSend
    person: SequencePerson
    message_id: int


def list_waiting_sends() -> Sequence[WaitingSend]:
    """Return the steps of all sequences whose texts wait, read anew; mostly there are none."""
    message_ids = list_waiting_step_texts(current_settings().carrier)
    if not message_ids:
        return []
    statement = (
        select(SequenceSend, SequencePerson, SequenceSend.message_id)
        .join(SequencePerson, SequencePerson.id == SequenceSend.sequence_person_id)
        .where(SequenceSend.message_id.in_(select(build_listed_column(message_ids))))
        .order_by(SequenceSend.id)
    )
    rows = db.session.execute(statement.execution_options(populate_existing=True))
    return [WaitingSend(send, person, message_id or 0) for send, person, message_id in rows]
