"""A field that a sequence uses: its new name is written into the texts, and it is not deleted."""

import pytest

from app.core.db import db, write
from app.domain.profiles.field_types import FieldClass, FieldType
from app.domain.sequences.sequence_states import SequenceTrigger
from app.people.queries.field_uses import describe_uses, list_field_uses
from app.profiles.field_models import PersonField
from app.sequences.actions.renamed_fields import rename_field_in_sequences
from app.sequences.actions.sequence_editing import StepValues, TriggerValues
from app.sequences.models import SequenceStep
from tests.sequences.steps import make_sequence, save_organisation


@pytest.fixture
def due(shop):
    """A public date field that starts one sequence, and that a text of another names."""
    save_organisation()
    with write() as session:
        session.add(field := PersonField(name="Due", field_type=FieldType.DATE))
        field.field_class = FieldClass.PUBLIC
    return field


def test_a_new_name_is_written_into_every_language(due):
    step = StepValues(None, 0, None, "It is due on {Due}.", {"es": "Vence el {due}."})
    make_sequence(TriggerValues(SequenceTrigger.HAND), step)
    with write():
        rename_field_in_sequences("Due", "Last day")
    row = db.session.get(SequenceStep, 1, populate_existing=True)
    assert (row.body, row.translations) == (
        "It is due on {Last day}.",
        {"es": "Vence el {Last day}."},
    )


def test_what_uses_it_is_named(shop, due):
    make_sequence(TriggerValues(SequenceTrigger.DATE_FIELD, field_id=due.id), name="Renewal")
    make_sequence(
        TriggerValues(SequenceTrigger.HAND), StepValues(None, 0, None, "{Due}"), name="By hand"
    )
    with shop.test_request_context():
        uses = list_field_uses(due)
    assert describe_uses(uses) == "the sequence “By hand” and the sequence “Renewal” use it"
