"""Ada makes fields in Settings, changes, orders, archives and deletes them."""

import io
from datetime import timedelta

import pytest

from app.audiences.segment_models import Segment, SegmentReference
from app.core.clock import now
from app.core.db import db, write
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.conditions import ReferenceKind
from app.profiles.field_models import PersonField
from app.profiles.queries.field_records import find_field_by_name, list_all_fields
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member

NEW = {"name": "Voice part", "field_type": "text", "choices": "", "field_class": "public"}


def add_waiting_blast(app, body, name="Rehearsal"):
    with app.app_context(), write() as session:
        session.add(
            ScheduledMessage(
                scheduled_at=now() + timedelta(hours=1),
                name=name,
                message_body=body,
                target="community",
                created_by="ada",
            )
        )


def waiting_body(app):
    with app.app_context():
        return db.session.scalars(db.select(ScheduledMessage.message_body)).one()


def test_ada_makes_fields_and_sees_for_how_many_they_are_filled_in(app, visit):
    assert "voice part, town or joined" in visit("/settings/fields", "ada").words
    assert visit("/settings/fields", "sol").status_code == 403
    page = visit(
        "/settings/fields/add",
        "ada",
        follow=True,
        **NEW | {"field_type": "choice", "choices": "Alto\n\n Bass  2\nALTO\n"},
    )
    assert "Voice part was added." in page.words
    visit("/settings/fields/add", "ada", **NEW | {"name": "Town", "field_class": "sensitive"})
    with app.app_context():
        add_member(ZOE)
        field = find_field_by_name("voice_part")
        assert field.choice_list == ["Alto", "Bass 2"]
        set_value(ZOE, field.id, "Alto")
    page = visit("/settings/fields", "ada")
    assert (
        "Voice part Choice Alto, Bass 2 All users, and it can be put in texts 1 person"
        in page.words
    )
    assert "Town Text Only admins 0 people" in page.words
    assert "added the field “Voice part”" in visit("/audit", "ada").words
    visit("/settings/fields/1/move", "ada", step="down")
    with app.app_context():
        assert [field.name for field in list_all_fields()] == ["Town", "Voice part"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "Give the field a name."),
        ({"name": "VOÏCE_part"}, "There is a field “Voice part” already."),
        ({"name": "First name"}, "{first_name} is a placeholder already."),
        (
            {"name": "Kids", "field_type": "choice", "choices": " "},
            "Enter the choices, one per line.",
        ),
        (
            {"name": "Kids", "field_type": "choice", "choices": "\n".join(map(str, range(31)))},
            "Enter at most 30 choices.",
        ),
        (
            {"name": "Kids", "field_type": "choice", "choices": "x" * 61},
            "A choice can have up to 60 characters.",
        ),
    ],
)
def test_what_cannot_be_a_field_is_said_beside_it(app, visit, values, sentence):
    with app.app_context():
        add_field("Voice part")
    page = visit("/settings/fields/add", "ada", **NEW | {"choices": "kept"} | values)
    assert page.status_code == 422
    assert sentence in page.words
    assert values.get("choices", "kept")[:20] in page.text


def test_a_renamed_field_has_its_new_name_in_texts_that_wait(app, visit):
    with app.app_context():
        add_field("Voice part")
    add_waiting_blast(app, "Hi {first_name|friend}, {voice_part|singer}!")
    page = visit("/settings/fields/1", "ada", follow=True, **NEW | {"name": "Voice"})
    assert "Saved. 1 scheduled blast has the new name in the text." in page.words
    assert waiting_body(app) == "Hi {first_name|friend}, {Voice|singer}!"
    assert "edited the field “Voice”" in visit("/audit", "ada").words


def test_a_field_in_a_text_that_waits_stays_public_and_is_not_deleted(app, visit):
    with app.app_context():
        add_field("Voice part")
        add_member(ZOE)
        set_value(ZOE, 1, "Alto")
    add_waiting_blast(app, "Hi {VOICE_PART}")
    uses = "the blast “Rehearsal” uses it"
    page = visit("/settings/fields/1", "ada", **NEW | {"field_class": "sensitive"})
    assert f"It must stay public: {uses}. Cancel or edit that first." in page.words
    page = visit.post("/settings/fields/1/archive", "ada")
    assert f"Not archived: {uses}." in visit(page.location, "ada").words
    page = visit("/settings/fields/1/delete", "ada")
    assert "can’t be deleted while something uses it: the blast Rehearsal" in page.words
    page = visit.post("/settings/fields/1/delete", "ada")
    assert f"Not deleted: {uses}." in visit(page.location, "ada").words
    with app.app_context():
        assert db.session.get(PersonField, 1).is_public


def test_a_field_of_a_segment_or_an_open_import_is_not_deleted(app, visit):
    with app.app_context():
        add_field("Voice part")
        with write() as session:
            segment = Segment(name="Altos", rule="{}")
            session.add(segment)
            session.flush()
            session.add(SegmentReference(segment_id=segment.id, kind=ReferenceKind.FIELD, ref_id=1))
    file = (io.BytesIO(b"name,phone,voice part\nLeo,3035550143,Alto\n"), "choir.csv")
    visit("/community/import", "ada", files={"file": file})
    page = visit("/settings/fields/1/delete", "ada")
    assert "the segment Altos the import of choir.csv" in page.words
    page = visit.post("/settings/fields/1/delete", "ada")
    sentence = "Not deleted: the segment “Altos” and the import of “choir.csv” use it."
    assert sentence in visit(page.location, "ada").words


def test_an_archived_field_keeps_its_values_and_a_deleted_one_loses_them(app, visit):
    with app.app_context():
        add_field("Voice part")
        for phone in (ZOE, LEO):
            add_member(phone)
            set_value(phone, 1, "Alto")
    page = visit("/settings/fields/1/archive", "ada", _="", follow=True)
    assert "All fields are archived." in page.words
    assert "Voice part 2 people" in page.words
    page = visit("/settings/fields/add", "ada", **NEW)
    assert "The archived field “Voice part” has this name." in page.words
    assert "was restored" in visit("/settings/fields/1/restore", "ada", _="", follow=True).words
    page = visit("/settings/fields/1/delete", "ada")
    assert "Filled in for 2 people" in page.words
    assert "Delete field and 2 values" in page.words
    page = visit("/settings/fields/1/delete", "ada", _="", follow=True)
    assert "Voice part was deleted." in page.words
    assert "deleted the field Voice part" in visit("/audit", "ada").words
    with app.app_context():
        assert db.session.scalar(db.text("SELECT count(*) FROM person_values")) == 0
