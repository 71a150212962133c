"""Fields in the export of the community: an import of the file gives the same values back."""

import csv
import io
from datetime import date

from app.core.db import db, write
from app.domain.profiles.field_types import FieldClass, FieldType
from app.profiles.actions.detail_editing import update_person_details
from app.profiles.queries.person_lookup import find_person_of_phone
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member

NASTY = [
    "=1+1",
    "-2",
    "  two  blanks ",
    'a "b", c',
    "line\r\nbreak;=2",
    "'=3",
    "0042",
    "+13035550177",
]


def stored_values():
    statement = db.text(
        "SELECT person_id, field_id, value, sort_value FROM person_values ORDER BY 1, 2"
    )
    return [tuple(row) for row in db.session.execute(statement)]


def test_an_export_has_a_column_for_each_field_and_comes_back_to_the_byte(app, visit):
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia")):
            add_member(phone, name)
        for number, text in enumerate(NASTY, 1):
            field_class = FieldClass.SENSITIVE if number % 2 else FieldClass.PUBLIC
            add_field(f"Note {number}", FieldType.TEXT, field_class)
            set_value(ZOE, number, text)
        joined = add_field("Joined", FieldType.DATE)
        set_value(LEO, joined, "5/8/2020")
        with write():
            person = find_person_of_phone(LEO)
            update_person_details(person.id, "es", date(1990, 5, 8))
        before = stored_values()
    text = visit("/community/export", "ada").text
    heading, *rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    notes = [f"Note {number}" for number in range(1, len(NASTY) + 1)]
    assert heading == ["name", "phone", "language", "birthday", *notes, "Joined"]
    assert rows[0][4] == "'=1+1"
    assert rows[1][2:4] == ["Spanish", "1990-05-08"]
    assert rows[2] == ["Mia", MIA, *[""] * (len(heading) - 2)]
    assert visit("/community/export", "sol").status_code == 403
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM person_values"))
        session.execute(db.text("UPDATE people SET language = NULL, birthday = NULL"))
    file = (io.BytesIO(text.encode()), "community.csv")
    address = visit("/community/import", "ada", files={"file": file}).location
    assert visit(f"{address}/confirm", "ada", _="").status_code == 303
    with app.app_context():
        assert stored_values() == before
        leo = find_person_of_phone(LEO)
        assert (leo.language, leo.birthday) == ("es", date(1990, 5, 8))
