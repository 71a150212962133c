"""After an older database was restored: what the carrier's list brought back is not sent again."""

import pytest

from app.core.db import write
from app.delivery.models import Message
from app.sequences.actions.sequence_editing import StepValues
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from tests.sample_rows import add_member
from tests.sequences.steps import (
    HOUR,
    PHONE,
    START,
    join,
    list_skips,
    list_texts,
    make_group_sequence,
    run_at,
    save_organisation,
)


@pytest.fixture
def community(shop):
    """Zoe is in the community of an organisation whose first texts say who writes."""
    save_organisation(introduction_days=30)
    add_member(PHONE, "Zoe Ames")


def bring_back(body, moment):
    """Store a text as the carrier's list tells of it."""
    found = {"direction": "outbound", "kind": "reply", "status": "delivered", "phone": PHONE}
    with write() as session:
        session.add(Message(**found, body=body, created_at=moment))


def test_a_first_text_and_the_next_one_are_known_again(community):
    group_id, _ = make_group_sequence()
    join(group_id)
    bring_back("Ohr: Welcome, Zoe!\nReply STOP to opt out.", START)
    bring_back("How was your first day?", START + 21 * HOUR)
    run_at(START + 2 * HOUR)
    # Which of the two was the first text, no row says any more.
    run_at(START + 28 * HOUR)
    assert (list_texts(), list_skips()) == ([], ["has_text", "has_text"])


def test_what_was_sent_before_the_night_is_not_sent_in_the_morning(community):
    group_id, _ = make_group_sequence(StepValues(None, 1, "20:00", "Good night!"))
    join(group_id)
    run_at(START)
    with write():
        create_default_hours().mode = TextingHoursMode.ON
    evening = START + 32 * HOUR
    bring_back("Good night!", evening)
    run_at(evening + 3 * HOUR)
    run_at(evening + 13 * HOUR)
    assert (list_texts(), list_skips()) == ([], ["has_text"])
