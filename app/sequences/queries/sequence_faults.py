"""Why a sequence cannot go on before a person has looked at it."""

from app.accounts.queries import find_author
from app.blasts.queries.field_fillings import FieldNotTextable, require_textable_fields
from app.delivery.queries.sequence_texts import find_common_refusal
from app.domain.sequences.sequence_states import EVENT_TRIGGERS, SequenceTrigger
from app.groups.queries.group_records import find_active_group
from app.profiles.queries.field_records import find_field
from app.sequences.models import Sequence
from app.sequences.queries.condition_people import find_condition_problem
from app.sequences.queries.due_people import DueSlice
from app.sequences.queries.last_sends import list_last_message_ids
from app.sequences.queries.sequence_permission import find_sequence_problem

# A blast with a wrong sender loses one text; sequences make no text one by one.
REFUSALS_IN_A_ROW = 5
NOT_ALLOWED_FAULT = "Who switched it on may not text these people any more."


def find_sequence_fault(due: DueSlice) -> str:
    """Return why nothing of a sequence may be sent, as a sentence; "" when it may.

    What it is about was deleted, a text names a field that texts may not name, or whoever switched
    it on may not text its people any more.
    """
    return _find_user_fault(due.sequence) or find_content_fault(due) or _find_refusal_fault(due)


def find_content_fault(due: DueSlice) -> str:
    """Return the same as far as it lies in the sequence itself, whoever switches it on."""
    if fault := find_trigger_fault(due.sequence):
        return fault
    for step in due.steps:
        problem = find_condition_problem(step.condition) or find_condition_problem(
            step.until_condition
        )
        if problem:
            return problem
    return _find_text_fault(due)


def find_trigger_fault(sequence: Sequence) -> str:
    """Return why what starts a sequence is gone, as a sentence; "" when it is there."""
    kind = sequence.trigger_kind
    if kind is SequenceTrigger.GROUP and find_active_group(sequence.group_id) is None:
        return "Its group is archived or deleted."
    if kind in EVENT_TRIGGERS and sequence.event_id is None and not sequence.is_any_event:
        return "Its event was deleted."
    if kind is SequenceTrigger.ANSWERED and sequence.survey_id is None:
        return "Its survey was deleted."
    if kind is SequenceTrigger.DATE_FIELD and find_field(sequence.field_id) is None:
        return "Its field was deleted."
    return ""


def _find_user_fault(sequence: Sequence) -> str:
    user = find_author(sequence.activated_by_id, sequence.activated_by)
    # A deleted user has no role any more.
    if user is not None and find_sequence_problem(sequence, user.role):
        return NOT_ALLOWED_FAULT
    return ""


def _find_text_fault(due: DueSlice) -> str:
    try:
        for step in due.steps:
            # What is off is not sent, whatever it says.
            if step.is_on:
                require_textable_fields(step.body, *step.translations.values())
    except FieldNotTextable as error:
        return error.reason
    return ""


def _find_refusal_fault(due: DueSlice) -> str:
    """Return why the carrier refused the last texts, all of them; it would refuse the rest."""
    message_ids = list_last_message_ids(due.sequence, REFUSALS_IN_A_ROW)
    if len(message_ids) < REFUSALS_IN_A_ROW:
        return ""
    reason = find_common_refusal(message_ids)
    return f"Its last {REFUSALS_IN_A_ROW} texts were refused: {reason}" if reason else ""
