"""A field of an organization that is called like a placeholder which came later."""

from app.core.db import write
from app.delivery.actions.field_renaming import rename_field_in_waiting_blasts
from app.domain.profiles.field_types import FieldClass
from tests.blasts.helpers import (
    COMPOSE_URL,
    compose_fields,
    create_event,
    list_messages,
    list_scheduled_blasts,
    open_review,
    release_blasts,
    send_blast,
)
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member

TEXT = "Pay by {Due date|soon}, {first_name}."


def add_due_date(app, field_class=FieldClass.PUBLIC):
    """Zoë's is May 9; Leo has none."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
        set_value(ZOE, add_field("Due date", field_class=field_class), "May 9")


def test_it_keeps_its_meaning(app, visit):
    add_due_date(app)
    assert "Pay by May 9, Zoë." in open_review(visit, message_body=TEXT).words
    preview = visit("/blasts/preview", "ada", **compose_fields(message_body=TEXT))
    assert "Pay by May 9, Zoë." in preview.text
    send_blast(visit, message_body=TEXT, include_unsubscribe=None)
    release_blasts(app)
    bodies = {text.body for text in list_messages(app)}
    assert bodies == {"Pay by May 9, Zoë.", "Pay by soon, Leo."}


def test_also_for_an_event_and_in_a_condition(app, visit):
    add_due_date(app)
    event = {"target": "event", "event_id": create_event(app, "Picnic", ZOE)}
    text = "{if due_date}Pay by {due_date}{end} for {event_title}"
    assert "Pay by May 9 for Picnic" in open_review(visit, message_body=text, **event).words


def test_one_that_may_not_be_in_texts_says_so(app, visit):
    add_due_date(app, FieldClass.ADMINISTRATIVE)
    page = visit(COMPOSE_URL, "ada", **compose_fields(message_body=TEXT))
    assert page.status_code == 422
    assert "Due date may not be put in texts" in page.words


def test_its_new_name_is_written_into_what_waits(app, visit):
    add_due_date(app)
    send_blast(visit, message_body=TEXT)
    with app.app_context(), write():
        assert rename_field_in_waiting_blasts("Due date", "Pay day") == 1
    (blast,) = list_scheduled_blasts(app)
    assert blast.message_body == "Pay by {Pay day|soon}, {first_name}."


def test_without_such_a_field_the_placeholder_is_built_in(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    page = visit(COMPOSE_URL, "ada", **compose_fields(message_body=TEXT))
    assert "{due_date} can only be filled in for people of an event." in page.words
