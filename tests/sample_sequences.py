"""Creates a sequence with people in it, for tests that look at every page."""

from app.core.clock import now
from app.core.db import write
from app.domain.sequences.sequence_states import SequenceTrigger
from app.sequences.actions.sequence_control import switch_on
from app.sequences.actions.sequence_editing import (
    SequenceValues,
    StepValues,
    TriggerValues,
    create_sequence,
)
from app.sequences.actions.starts_by_hand import start_by_hand

STEPS = (
    StepValues(None, 0, None, "Welcome, {first_name|friend}!", {"es": "Hola, {first_name}."}),
    StepValues(None, 3, "10:00", "Do you have any questions? Just reply to this text."),
)


def add_sequence(name, phones, steps=STEPS):
    """Store a sequence that is on, with these people in it; return its id."""
    values = SequenceValues(
        name, "For people who are new", TriggerValues(SequenceTrigger.HAND), None, steps
    )
    with write():
        sequence_id = create_sequence(values, "sol")
        switch_on(sequence_id, "sol", now())
        start_by_hand(sequence_id, phones, "sample", "sol", now())
    return sequence_id
