"""What people have in the fields: typed, imported in one statement, undone, and read back."""

from datetime import date

import pytest

from app.community.models import CommunityMember
from app.core.db import db, write
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import ValueContext
from app.imports.models import Import
from app.profiles.actions.field_editing import FieldInfo, create_field, delete_field
from app.profiles.actions.value_storing import (
    merge_person_values,
    set_person_values,
    undo_import_values,
)
from app.profiles.field_models import PersonField
from app.profiles.queries.field_records import count_values_by_field, find_field_by_name
from app.profiles.queries.person_lookup import find_person_of_phone
from app.profiles.queries.person_values import (
    load_person_values,
    load_values_of_phones,
    select_field_value,
)
from tests.sample_field_values import build_field_value, set_listed_values
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member

US = ValueContext("US", date(2026, 11, 28))


@pytest.fixture
def ids(app):
    """The ids of three fields: voice, kids (a number) and joined (a date)."""
    with app.app_context():
        for phone in (ZOE, LEO):
            add_member(phone)
        with write():
            voice = create_field(FieldInfo("Voice part"))
            kids = create_field(FieldInfo("Kids", FieldType.NUMBER))
            joined = create_field(FieldInfo("Joined", FieldType.DATE))
        return voice.id, kids.id, joined.id


def import_values(values, **options):
    """Store {(phone, field id): text} as an import does; return its id."""
    with write():
        row = Import(created_by="ada", file_name="people.csv")
        db.session.add(row)
        db.session.flush()
        types = {field.id: field.field_type for field in db.session.query(PersonField)}
        rows = [
            build_field_value(phone, field_id, types[field_id], text, US)
            for (phone, field_id), text in values.items()
        ]
        set_listed_values(rows, row.id, **options)
        return row.id


def values_of(phone):
    return dict(load_person_values(find_person_of_phone(phone).id))


def type_values(phone, values):
    """Store what somebody typed on the person's page; return the names of what changed."""
    with write():
        fields = db.session.query(PersonField).all()
        changed = set_person_values(find_person_of_phone(phone).id, fields, values, US)
        return [field.name for field in changed]


def sort_values():
    statement = db.text("SELECT field_id, sort_value FROM person_values ORDER BY 1, 2")
    return [tuple(row) for row in db.session.execute(statement)]


def test_values_are_kept_as_typed_beside_what_is_compared(app, ids):
    voice, kids, joined = ids
    with app.app_context():
        changed = type_values(ZOE, {voice: " Álto  2 ", kids: "1,200", joined: "5/8/2026"})
        assert changed == ["Voice part", "Kids", "Joined"]
        assert values_of(ZOE) == {voice: " Álto  2 ", kids: "1,200", joined: "5/8/2026"}
        assert sort_values() == [(voice, "alto 2"), (kids, 1200.0), (joined, "2026-05-08")]
        assert type_values(ZOE, {voice: " Álto  2 ", kids: " "}) == ["Kids"]
        assert values_of(ZOE) == {voice: " Álto  2 ", joined: "5/8/2026"}
        assert count_values_by_field() == {voice: 1, joined: 1}


def test_an_import_writes_all_at_once_and_is_undone(app, ids):
    voice, kids, _ = ids
    with app.app_context():
        type_values(ZOE, {voice: "Alto", kids: "2"})
        number = import_values(
            {(ZOE, voice): "Bass", (ZOE, kids): "2", (LEO, voice): "=1+1\n;", (MIA, voice): "lost"}
        )
        assert values_of(ZOE) == {voice: "Bass", kids: "2"}
        assert values_of(LEO) == {voice: "=1+1\n;"}
        assert find_person_of_phone(MIA) is None
        with write():
            assert undo_import_values(number) == 2
        assert values_of(ZOE) == {voice: "Alto", kids: "2"}
        assert values_of(LEO) == {}


def test_undoing_an_import_keeps_what_was_changed_since(app, ids):
    voice, kids, _ = ids
    with app.app_context():
        first = import_values({(ZOE, voice): "Bass", (ZOE, kids): "1", (LEO, voice): "Bass"})
        second = import_values({(ZOE, kids): "2", (LEO, voice): "Tenor"})
        type_values(ZOE, {voice: "Alto"})
        with write():
            undo_import_values(first)
        assert values_of(ZOE) == {voice: "Alto", kids: "2"}
        assert values_of(LEO) == {voice: "Tenor"}
        with write():
            undo_import_values(second)
        assert values_of(ZOE) == {voice: "Alto", kids: "1"}
        assert values_of(LEO) == {voice: "Bass"}


def test_an_import_may_fill_in_only_what_is_missing(app, ids):
    voice, kids, _ = ids
    with app.app_context():
        type_values(ZOE, {voice: "Alto"})
        import_values({(ZOE, voice): "Bass", (ZOE, kids): "many"}, overwrite=False)
        assert values_of(ZOE) == {voice: "Alto", kids: "many"}
        assert (kids, None) in sort_values()


def test_values_are_read_for_a_page_and_as_a_column(app, ids):
    voice, kids, _ = ids
    with app.app_context():
        import_values({(ZOE, voice): "Alto", (ZOE, kids): "2", (LEO, kids): "0"})
        assert load_values_of_phones([ZOE, LEO, MIA], [voice, kids]) == {
            ZOE: {voice: "Alto", kids: "2"},
            LEO: {kids: "0"},
        }
        phone = CommunityMember.phone
        rows = db.session.execute(db.select(phone, select_field_value(phone, voice)))
        assert {row[0]: row[1] for row in rows} == {ZOE: "Alto", LEO: None}


def test_two_people_who_are_one_keep_the_values_of_both(app, ids):
    voice, kids, _ = ids
    with app.app_context():
        import_values({(ZOE, voice): "Alto", (LEO, voice): "Bass", (LEO, kids): "3"})
        with write():
            merge_person_values(find_person_of_phone(LEO).id, find_person_of_phone(ZOE).id)
        assert values_of(ZOE) == {voice: "Alto", kids: "3"}
        assert values_of(LEO) == {}


def test_a_deleted_field_takes_its_values_with_it(app, ids):
    voice, kids, _ = ids
    with app.app_context():
        import_values({(ZOE, voice): "Alto", (ZOE, kids): "2"})
        with write():
            delete_field(voice)
        assert values_of(ZOE) == {kids: "2"}
        assert find_field_by_name("VOICE_PART") is None
        assert find_field_by_name("kíds").id == kids
