"""A user with a sending limit gets around it by no sequence."""

from decimal import Decimal

from sqlalchemy import update

from app.core.db import db, write
from app.sequences.models import Sequence
from app.sequences.progress_models import SequencePerson
from tests.approvals.helpers import limit_user, set_price
from tests.sample_rows import add_members, make_phone
from tests.sequences.test_sequence_pages import add, fields

ASK_AN_ADMIN = "You have a sending limit"


def add_people(visit, sequence_id, numbers, name):
    """Sol adds people by their numbers, past the page that says how many they are."""
    typed = "\n".join(f"Person, {make_phone(number)}" for number in numbers)
    posted = {"source": "numbers", "written": typed, "start_name": name, "step": "add"}
    return visit(f"/sequences/{sequence_id}/people", "sol", follow=True, **posted).words


def get_state(app, sequence_id):
    """The state of a sequence now."""
    with app.app_context():
        return db.session.get(Sequence, sequence_id).state


def test_no_sequence_is_switched_on_or_changed_while_on(app, visit):
    limit_user(app, max_people=2)
    sequence_id = add(visit)
    page = visit(f"/sequences/{sequence_id}", "sol")
    assert ASK_AN_ADMIN in page.words
    assert "Switch on" not in page.words
    assert ASK_AN_ADMIN in visit(f"/sequences/{sequence_id}/on", "sol", follow=True, _="").words
    assert get_state(app, sequence_id) == "off"
    visit(f"/sequences/{sequence_id}/on", "ada", _="")
    address = f"/sequences/{sequence_id}/edit"
    changed = fields(steps=("Vote for Sol",))
    assert ASK_AN_ADMIN in visit(address, "sol", follow=True, **changed).words
    # What an admin switched on, an admin resumes.
    visit(f"/sequences/{sequence_id}/pause", "sol", _="")
    visit(f"/sequences/{sequence_id}/on", "sol", _="")
    assert get_state(app, sequence_id) == "paused"


def test_people_are_added_up_to_the_limit_of_one_blast_and_of_the_day(app, visit):
    limit_user(app, max_people=3, max_money_a_day=Decimal(4))
    set_price(app, Decimal("0.5"))
    with app.app_context():
        add_members(9)
    sequence_id = add(visit, steps=("Welcome!", "How are you?"))
    with app.app_context(), write() as session:
        session.execute(update(Sequence).values(state="active"))
    refused = add_people(visit, sequence_id, range(4), "a")
    assert "Sol can text up to 3 people without approval. Add fewer people" in refused
    # Two steps for three people are three dollars.
    assert "3 people were added." in add_people(visit, sequence_id, range(3), "b")
    assert "$3.00 of it was confirmed today" in add_people(visit, sequence_id, range(3, 6), "c")
    assert "1 person was added." in add_people(visit, sequence_id, [3], "d")
    with app.app_context():
        assert len(db.session.scalars(db.select(SequencePerson.id)).all()) == 4
