"""The fields on a person's page: Ada and Sol see and edit them, the sensitive ones only Ada."""

from datetime import date

import pytest

from app.core.db import db, write
from app.domain.profiles.field_types import FieldClass, FieldType
from app.profiles.queries.person_lookup import find_person_of_phone, find_public_ids
from app.profiles.queries.person_values import load_person_values
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import ZOE
from tests.sample_rows import add_member

VOICE, KIDS, JOINED, FEE, PAID = range(1, 6)


@pytest.fixture
def zoe(app):
    """Zoë with five fields; gives the address of her fields."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_field("Voice part", FieldType.CHOICE, choices=("Alto", "Bass"))
        add_field("Kids", FieldType.NUMBER)
        add_field("Joined", FieldType.DATE)
        add_field("Fee note", field_class=FieldClass.SENSITIVE)
        add_field("Paid", FieldType.YES_NO, FieldClass.ADMINISTRATIVE)
        return f"/people/{find_public_ids([ZOE])[ZOE]}/fields"


def values_of_zoe(app):
    with app.app_context():
        return dict(load_person_values(find_person_of_phone(ZOE).id))


def test_sol_fills_in_fields_and_the_page_shows_them(app, visit, zoe):
    person_url = zoe.removesuffix("/fields")
    assert "Nothing is filled in yet." in visit(person_url, "sol").words
    typed = {"field_1": "Alto", "field_2": "2", "field_3": "5/8/2020", "field_5": "Yes"}
    page = visit(zoe, "sol", follow=True, language="es", birthday="May 8, 1990", **typed)
    assert "Language Spanish Birthday May 8, 1990 Voice part Alto Kids 2 Joined May 8, 2020" in (
        page.words
    )
    assert values_of_zoe(app) == {VOICE: "Alto", KIDS: "2", JOINED: "5/8/2020", PAID: "Yes"}
    with app.app_context():
        details = db.session.scalar(
            db.text("SELECT details FROM audit_events WHERE verb = 'person.fields_changed'")
        )
    assert '"changed": ["language", "birthday", "Voice part", "Kids", "Joined", "Paid"]' in details
    assert "5/8" not in details
    assert "edited fields of Zoë" in visit("/audit", "ada").words
    page = visit(zoe, "sol", follow=True, language="", birthday="", field_2=" ", field_1="Bass")
    assert "Spanish" not in page.words
    assert values_of_zoe(app) == {VOICE: "Bass", JOINED: "5/8/2020", PAID: "Yes"}


def test_what_cannot_be_read_is_said_beside_it_and_everything_typed_stays(app, visit, zoe):
    page = visit(
        zoe, "sol", language="es", birthday="8 May", field_1="Flute", field_2="many", field_3="soon"
    )
    assert page.status_code == 422
    for words in (
        "Enter the day they were born, such as Dec 21, 1990.",
        "Choose Alto or Bass.",
        "Enter a number, such as 12 or 12.50.",
        "Enter a date, such as Dec 21, 2026.",
    ):
        assert words in page.words
    for typed in ("8 May", "many", "soon", '<option selected value="Flute">'):
        assert typed in page.text
    assert values_of_zoe(app) == {}


def test_sensitive_fields_are_seen_and_written_by_admins_only(app, visit, zoe):
    visit(zoe, "ada", field_4="in debt", birthday="", language="")
    assert "Fee note in debt" in visit(zoe.removesuffix("/fields"), "ada").words
    assert "Seen by admins only." in visit(zoe, "ada").words
    for address in (zoe, zoe.removesuffix("/fields")):
        assert "in debt" not in visit(address, "sol").text
        assert "Fee note" not in visit(address, "sol").text
    visit(zoe, "sol", field_4="no", birthday="", language="")
    assert values_of_zoe(app) == {FEE: "in debt"}


def test_an_imported_value_stays_as_it_was_unless_it_is_changed(app, visit, zoe):
    imported = {VOICE: "ALTO", KIDS: "n/a", JOINED: " 2020-05-08\r\n", FEE: "a\nb ", PAID: "TRUE"}
    with app.app_context():
        for field_id, text in imported.items():
            set_value(ZOE, field_id, text)
    page = visit(zoe, "ada")
    assert '<option selected value="Yes">' in page.text
    form = page.fields(-1) | {
        "field_1": "Alto",
        "field_4": "a\r\nb",
        "field_5": "Yes",
    }
    assert visit(zoe, "ada", **form).status_code == 303
    assert values_of_zoe(app) == imported
    visit(zoe, "ada", **form | {"field_2": "3", "field_5": "No"})
    assert values_of_zoe(app) == imported | {KIDS: "3", PAID: "No"}


def test_an_erased_person_takes_their_values_and_name_along(app, visit, zoe):
    visit(zoe, "ada", field_2="2", birthday="", language="")
    visit(zoe.removesuffix("/fields") + "/erase", "ada", _="")
    with app.app_context():
        assert db.session.scalar(db.text("SELECT count(*) FROM person_values")) == 0
    assert "Zoë" not in visit("/audit", "ada").text


def test_fields_can_be_filled_in_when_somebody_is_added(app, visit, zoe):
    with app.app_context():
        set_value(ZOE, PAID, "Yes")
        with write():
            db.session.execute(db.text("DELETE FROM community_members"))
    folded = visit("/community/add", "ada")
    assert "<summary>More about them</summary>" in folded.text
    assert '<details class="fold" open>' not in folded.text
    person = {"name": "Zoë", "phone": ZOE, "language": "es", "field_1": "Bass", "field_4": "Half"}
    page = visit("/community/add", "ada", **person, birthday="8 May", field_2="many")
    assert page.status_code == 422
    assert '<details class="fold" open>' in page.text
    for words in ("Enter the day they were born, such as", "such as 12 or 12.50"):
        assert words in page.words
    for kept in ('value="8 May"', 'value="many"', '<option selected value="es">', 'value="Half"'):
        assert kept in page.text
    visit("/community/add", "ada", **person, birthday="May 8, 1990", field_2="2", field_5="")
    # What was known from before stays where nothing was entered.
    assert values_of_zoe(app) == {VOICE: "Bass", KIDS: "2", FEE: "Half", PAID: "Yes"}
    with app.app_context():
        person = find_person_of_phone(ZOE)
        assert (person.language, person.birthday) == ("es", date(1990, 5, 8))
