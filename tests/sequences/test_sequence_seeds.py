"""The sequences that come with the program: off, one segment a text, never over one of a user."""

import pytest

from app.core.db import db, write
from app.domain.sequences.seed_sequences import SEED_SEQUENCES
from app.domain.sequences.sequence_states import SequenceState, SequenceTrigger
from app.domain.sequences.sequence_words import describe_ends
from app.domain.texts.message_templates import append_footer
from app.domain.texts.opt_out_lines import BUILT_IN_LINES
from app.domain.texts.segments import SmsEncoding, measure_segments
from app.domain.texts.template_fields import COMPUTED_FIELDS
from app.domain.texts.template_problems import list_template_problems
from app.domain.texts.template_samples import fill_sample
from app.organisation.models import Organisation
from app.sequences.actions.sequence_editing import SequenceValues, TriggerValues, create_sequence
from app.sequences.actions.sequence_seeding import store_missing_sequences
from app.sequences.models import Sequence, SequenceStep
from tests.message_templates.test_seeds import LONG_VALUES


@pytest.mark.parametrize("seed", SEED_SEQUENCES, ids=lambda seed: seed.key)
def test_each_text_is_one_plain_segment_with_the_opt_out_line(seed):
    for step in seed.steps:
        for language, body in (("en", step.english), ("es", step.spanish)):
            assert list_template_problems(body, of_event=False, fields=COMPUTED_FIELDS) == []
            for values in (LONG_VALUES, LONG_VALUES | {"first_name": ""}):
                text = append_footer(fill_sample(body, values), BUILT_IN_LINES[language])
                size = measure_segments(text)
                assert (size.encoding, size.segments) == (SmsEncoding.GSM7, 1), text
                assert "  " not in text
                assert " ," not in text


def test_what_always_ends_one_is_said():
    ends = {"on_reply": True, "on_rsvp": False, "on_leaving": True}
    missed = describe_ends(SequenceTrigger.MISSED_CHECK_IN, **ends)
    assert missed == "people who opt out, check in again or reply"
    assert describe_ends(SequenceTrigger.HAND, **ends) == "people who opt out or reply"


def test_they_are_stored_once_and_off(shop):
    store_missing_sequences()
    store_missing_sequences()
    rows = db.session.scalars(db.select(Sequence)).all()
    assert {row.seed_key for row in rows} == {seed.key for seed in SEED_SEQUENCES}
    assert {row.state for row in rows} == {SequenceState.OFF}


def test_a_users_own_stays_and_the_others_follow_the_language(shop):
    with write() as session:
        trigger = TriggerValues(SEED_SEQUENCES[1].trigger)
        create_sequence(SequenceValues("daily REMINDER", None, trigger, None, []), "ada")
        session.merge(Organisation(id=1, name="Ohr"))
    store_missing_sequences()
    with write() as session:
        session.get(Organisation, 1).language = "es"
    store_missing_sequences()
    assert db.session.scalar(db.select(db.func.count()).select_from(Sequence)) == 5
    step = db.session.scalar(db.select(SequenceStep).order_by(SequenceStep.id.desc()))
    assert step.body == SEED_SEQUENCES[-1].steps[0].spanish
    assert step.translations == {"en": SEED_SEQUENCES[-1].steps[0].english}
