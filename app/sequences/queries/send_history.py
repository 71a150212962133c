"""What each step of a sequence has sent, and to whom."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict, fetch_tuples
from app.core.pagination import ListPage, ListParams, choose_page_window, clamp_to_last_page
from app.delivery.models import Message
from app.delivery.queries.messages_by_id import find_messages
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.sequences.sequence_states import (
    STEP_SKIP_LABELS,
    STOP_REASON_LABELS,
    SequenceStopReason,
    StepSkipReason,
)
from app.domain.texts.plurals import pluralize
from app.events.queries.contact_names import find_display_names
from app.sequences.models import SequenceStep
from app.sequences.progress_models import SequencePerson, SequenceSend


class SendPage(ListPage):
    """A page of what a step has sent; a step that repeats has several rows of one person."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 result, 20 results."""
        return pluralize(self.total, "result")


@dataclass(frozen=True)
class SendRow:
    """One step of one person. `message` is None where it was skipped, or its text was erased."""

    send: SequenceSend
    phone: str
    name: str | None
    message: Message | None

    @property
    def skip_words(self) -> str:
        """Why it was skipped, "" for one that was not."""
        return describe_skip(self.send.skip_reason) if self.send.skip_reason else ""


def describe_skip(reason: str) -> str:
    """Return why someone gets no text of a step in words."""
    if reason in set(StepSkipReason):
        return STEP_SKIP_LABELS[StepSkipReason(reason)]
    if reason in set(SkipReason):
        return SKIP_REASON_LABELS[SkipReason(reason)][0]
    if reason in set(SequenceStopReason):
        return STOP_REASON_LABELS[SequenceStopReason(reason)]
    return reason


def list_all_steps(sequence_id: int) -> list[SequenceStep]:
    """Return every step that a sequence has or had, in order, removed ones last."""
    row = SequenceStep
    statement = select(row).where(row.sequence_id == sequence_id)
    order = (row.removed_at.is_not(None), row.position, row.id)
    return list(db.session.scalars(statement.order_by(*order)))


def count_sends_by_step(sequence_id: int) -> dict[int, int]:
    """Return how often each step was sent or skipped, by its id; one without any is missing."""
    row = SequenceSend
    step_ids = select(SequenceStep.id).where(SequenceStep.sequence_id == sequence_id)
    statement = select(row.step_id, func.count()).where(row.step_id.in_(step_ids))
    return fetch_dict(statement.group_by(row.step_id))


def paginate_sends(step_id: int, total: int, params: ListParams) -> SendPage:
    """Return a page of what a step has sent, the newest first. `total`: how much that is."""
    params = clamp_to_last_page(total, params)
    window = choose_page_window(total, params.offset, params.per_page)
    row = SequenceSend
    order = row.id.asc() if window.is_reversed else row.id.desc()
    statement = (
        select(row, SequencePerson.phone)
        .join(SequencePerson, SequencePerson.id == row.sequence_person_id)
        .where(row.step_id == step_id)
        .order_by(order)
        .offset(window.offset)
        .limit(window.limit)
    )
    pairs = fetch_tuples(statement)
    if window.is_reversed:
        pairs.reverse()
    names = find_display_names([phone for _, phone in pairs]) if pairs else {}
    messages = find_messages([send.message_id for send, _ in pairs if send.message_id])
    rows = [
        SendRow(send, phone, names.get(phone), messages.get(send.message_id or 0))
        for send, phone in pairs
    ]
    return SendPage(rows, total, params)
