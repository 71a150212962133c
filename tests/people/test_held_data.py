"""“What do you hold about me?”: one page, and files, with every row of every table."""

import json

from app.core.column_classes import ColumnClass, list_column_classes
from app.core.db import db
from app.core.held_data import HeldBy, list_held_models, list_shown_columns, read_held_rows
from app.dbdoctor.schema_drift import get_model_metadata
from tests import sample_rows
from tests.people.test_erasing import NAME, SECRET, furnish
from tests.sample_people import LEO, ZOE

PHONE_COLUMNS = ("phone", "pending_phone", "second_phone")


def test_every_column_with_a_number_is_read():
    get_model_metadata()
    held = {model.__tablename__: model.__held_as__ for model in list_held_models()}
    missing = []
    for column, class_ in list_column_classes():
        if column.name in PHONE_COLUMNS and class_ is ColumnClass.PERSONAL:
            of_table = held.get(column.table.name)
            if of_table is None or column.name not in of_table.column.split():
                missing.append(str(column))
    assert missing == [], "give their models __held_as__"


def test_no_secret_is_ever_shown():
    get_model_metadata()
    for model in list_held_models():
        for column in list_shown_columns(model):
            if any(column is own for own in model.__table__.columns):
                assert model.__column_classes__.find_class(column) is not ColumnClass.SECRET
        if model.__held_as__.by is HeldBy.PARENT:
            assert model.__table__.c[model.__held_as__.column].foreign_keys


def test_the_page_and_the_files_have_everything(app, visit):
    with app.app_context():
        furnish()
        person_id = db.session.execute(
            db.text("SELECT person_id FROM person_phones WHERE phone = :phone"), {"phone": ZOE}
        ).scalar()
        tables = {rows.table: rows for rows in read_held_rows([ZOE], person_id, 10)}
        assert tables["messages"].total > 0
        assert tables["webhook_events"].columns
    address = visit.find_person_page(ZOE)
    page = visit(f"{address}/data", "ada")
    assert SECRET in page.text
    assert NAME in page.text
    assert "Registrations for events (1)" in page.text
    assert "Picnic" in page.text
    assert "Choir" in page.text
    assert LEO not in page.text
    file = visit(f"{address}/data.json", "ada")
    assert json.loads(file.text)["community_members"][0]["name"] == NAME
    assert SECRET in visit(f"{address}/data.csv", "ada").text
    audit = visit("/audit", "ada").text
    assert "downloaded everything that is held about a person" in audit


def test_a_person_of_whom_little_is_known(app, visit):
    with app.app_context():
        sample_rows.add_member(ZOE, None)
    page = visit(visit.find_person_page(ZOE) + "/data", "ada")
    assert page.status_code == 200
    assert "Nothing found in" in page.text
    assert visit(visit.find_person_page(ZOE) + "/data", "sol").status_code == 403
