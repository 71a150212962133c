"""A sequence that was made in practice mode becomes real, and nobody's practice does."""

import pytest

from app.core.db import db, write
from app.sequences.actions.sequence_control import MadeForOtherCarrier, switch_on
from app.sequences.actions.starts_by_hand import start_by_hand
from app.sequences.models import Sequence
from tests.sample_rows import add_member
from tests.sequences.steps import (
    PHONE,
    START,
    WELCOME,
    list_texts,
    make_group_sequence,
    run_at,
    save_organisation,
)


def test_people_who_are_added_are_of_the_mode_in_which_they_are(shop):
    save_organisation()
    add_member(PHONE, "Zoe Ames")
    _, sequence_id = make_group_sequence(WELCOME)
    # As if it were made in the other mode.
    with write():
        db.session.get(Sequence, sequence_id).carrier = "twilio"
    with pytest.raises(MadeForOtherCarrier), write():
        start_by_hand(sequence_id, [PHONE], "first", "ada", START)
    with write():
        db.session.get(Sequence, sequence_id).state = "off"
        start_by_hand(sequence_id, [PHONE], "first", "ada", START)
        switch_on(sequence_id, "ada", START)
    run_at(START)
    assert list_texts() == ["Welcome, Zoe!"]
