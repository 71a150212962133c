"""What the steps of a sequence must be together."""

from collections.abc import Sequence

from app.core.form_fields import add_error
from app.domain.sequences.sequence_states import EVENT_TRIGGERS, SequenceTrigger
from app.domain.sequences.step_conditions import EVENT_CONDITIONS
from app.sequences.forms.step_form import SequenceStepForm

MAX_STEPS = 20
NO_STEP_ERROR = "Write the text of at least one step."
SAME_TIME_ERROR = "This is the time of the step before. Enter a later day or time."
NO_EVENT_ERROR = "Choose another one: no event starts this sequence."


def list_step_problems(steps: Sequence[SequenceStepForm], kind: SequenceTrigger) -> list[str]:
    """Return what is wrong with all of them, and say beside the fields what is with one of them.

    `kind`: what starts the sequence.
    """
    for place, step in enumerate(steps):
        if kind not in EVENT_TRIGGERS:
            _refuse_event_conditions(step)
        if place and not _is_later(step, steps[place - 1]):
            add_error(step.time_of_day, SAME_TIME_ERROR)
    if not steps:
        return [NO_STEP_ERROR]
    return [f"A sequence can have up to {MAX_STEPS} steps."] if len(steps) > MAX_STEPS else []


def _refuse_event_conditions(step: SequenceStepForm) -> None:
    for kind_field, _ in step.condition_fields:
        if kind_field.data in set(EVENT_CONDITIONS):
            add_error(kind_field, NO_EVENT_ERROR)


def _is_later(step: SequenceStepForm, step_before: SequenceStepForm) -> bool:
    """Whether a step is on a later day than the one before, or at a later time of the same day."""
    values = step.step_values
    clock, clock_before = values.time_of_day, step_before.step_values.time_of_day
    if values.delay_days or step.delay.errors:
        return True
    return clock is not None and (clock_before is None or clock > clock_before)
