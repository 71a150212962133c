"""Take texts of sequences out of the queue again that are no longer meant. Inside write()."""

from app.core.db import db
from app.delivery.actions.step_texts import cancel_step_text
from app.domain.sequences.sequence_states import SequencePersonState
from app.sequences.queries.waiting_sends import WaitingSend, list_waiting_sends


def withdraw_texts(
    sequence_id: int, person_id: int | None = None, *, is_put_back: bool = False
) -> None:
    """Cancel what waits of a sequence, or of one person in it.

    `is_put_back`: a pause loses nothing. Who was to get the text gets it when it is resumed,
    unless it is more than a day late then.
    """
    # The last first: of two steps of one person that wait, they go on with the earlier one.
    for waiting in reversed(list_waiting_sends()):
        person = waiting.person
        is_meant = person.sequence_id == sequence_id and person_id in (None, person.id)
        # What the engine has claimed meanwhile is on its way.
        if is_meant and cancel_step_text(waiting.message_id) and is_put_back:
            _put_back(waiting)
    db.session.flush()


def _put_back(waiting: WaitingSend) -> None:
    """Let a person wait for the step again whose text was canceled."""
    send, person = waiting.send, waiting.person
    if person.state is SequencePersonState.STOPPED:
        return
    if person.state is SequencePersonState.DONE:
        person.state, person.ended_at = SequencePersonState.ACTIVE, None
    person.step_id, person.repetition = send.step_id, send.repetition
    # It was due already: from when its delay counted does not matter any more.
    person.next_at, person.counts_from = send.due_at, None
    db.session.delete(send)
