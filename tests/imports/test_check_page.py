"""The page of the check says what was read of a file, and lets an admin read it otherwise."""

import io
import json

import openpyxl
import pytest

from app.community.models import CommunityMember
from app.core.db import db, write
from app.imports.actions import upload_storage
from app.imports.actions.upload_expiry import expire_uploads
from app.imports.models import Import
from tests.imports.test_people_cases import FOLDER
from tests.sample_people import LEO, ZOE


@pytest.fixture
def phones(app):
    """The numbers of the members."""

    def read():
        with app.app_context():
            return sorted(db.session.scalars(db.select(CommunityMember.phone)))

    return read


@pytest.fixture
def send_case(visit, send):
    """Ada uploads a file of the cases; gives the address of its check."""

    def upload(name):
        page = send((FOLDER / name).read_bytes(), name=name)
        assert page.status_code == 303, page.words
        return page.location

    return upload


def build_book(hidden_rows=(), hidden_columns=(), **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for number in hidden_rows:
            sheet.row_dimensions[number].hidden = True
        for letter in hidden_columns:
            sheet.column_dimensions[letter].hidden = True
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_which_sheet_was_read_is_said_and_another_one_can_be_chosen(visit, send_case):
    address = send_case("hidden_first_sheet.xlsx")
    words = visit(address, "ada").words
    assert "This is the sheet “Members”." in words
    assert "1 other sheet is not read: “Old” (hidden)." in words
    assert "Gone Person" not in words
    visit(address, "ada", headings="1", sheet="0")
    assert "Gone Person" in visit(address, "ada").words
    assert visit(address, "ada", headings="1", sheet="7").status_code == 422


def test_hidden_rows_are_said_and_read_only_when_ticked(visit, send_case, phones):
    address = send_case("filtered_rows.xlsx")
    words = visit(address, "ada").words
    assert "1 row is hidden in the workbook and not included." in words
    assert "Left Us" not in words
    visit(address, "ada", headings="1", hidden_rows="1")
    assert "Left Us" in visit(address, "ada").words
    visit(address, "ada", headings="1", column_0="name")
    assert "Left Us" not in visit(address, "ada").words
    visit.post(f"{address}/confirm", "ada")
    assert phones() == [ZOE, LEO]


def test_a_hidden_column_gives_way_to_one_that_is_seen(visit, send, phones):
    rows = [["name", "mobile", "phone"], ["Zoë", "303 555 0199", "303 555 0142"]]
    address = send(build_book(hidden_columns="B", People=rows), name="p.xlsx").location
    visit.post(f"{address}/confirm", "ada")
    assert phones() == [ZOE]


def test_several_phone_columns_can_be_chosen_from(visit, send_case, phones):
    address = send_case("outlook.csv")
    page = visit(address, "ada")
    assert "Numbers are taken from “Mobile Phone”." in page.words
    assert page.text.count('<option value="phone" selected>') == 1
    visit(address, "ada", headings="1", column_14="nothing", column_11="phone")
    visit.post(f"{address}/confirm", "ada")
    assert phones() == ["+13035550151"]


def test_an_unclear_file_is_asked_about_and_nobody_is_imported_before(visit, send, phones):
    text = "Who,One,Two\nZoë,0049 030 1234567 99,303555014\nLeo,44 7700 90012345,12\n"
    page = send(text)
    assert page.status_code == 303
    check = visit(page.location, "ada")
    assert "No column is clearly the one with the phone numbers." in check.words
    assert '<option value="phone" selected>' not in check.text
    visit.post(f"{page.location}/confirm", "ada")
    assert phones() == []
    visit(page.location, "ada", headings="1", column_0="name", column_1="phone")
    assert "Needs fixing 2" in visit(page.location, "ada").words


def test_a_file_without_names_says_what_greetings_will_say(visit, send):
    page = visit(send("Phone,Email\n3035550142,a@x.org\n").location, "ada")
    assert "No column with names was found. Greetings will use your fallback" in page.words


def test_landlines_are_counted(app, visit, send_case):
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE organisation SET region = 'GB'"))
    assert "2 of 3 are landlines" in visit(send_case("uk_landlines.csv"), "ada").words


def test_one_of_two_numbers_in_a_cell_can_be_taken(visit, send_case, phones):
    address = send_case("two_in_a_cell.csv")
    page = visit(f"{address}?show=bad", "ada")
    assert "Use +1 303 555 0142" in page.words
    assert "Use +1 303 555 0143" in page.words
    visit(f"{address}/line/2", "ada", name="A", phone=LEO)
    visit.post(f"{address}/confirm", "ada")
    assert phones() == [LEO, "+13035550150"]


@pytest.mark.parametrize(
    "columns",
    [
        "{}",
        "[]",
        "no JSON",
        '{"kinds": ["gone"], "headings": [], "first_rows": []}',
        '{"kinds": 5}',
    ],
)
def test_an_import_of_a_release_that_stored_it_otherwise_begins_anew(app, visit, send, columns):
    address = send("name,phone\nZoë,3035550142\n").location
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE imports SET columns = :columns"), {"columns": columns})
    assert visit(f"{address}/bad-rows", "ada").status_code == 303
    assert visit(address, "ada", headings="1").status_code == 303
    page = visit(address, "ada")
    assert page.status_code == 200
    assert "Import 1 person" in visit(address, "ada").words


def test_an_import_without_its_rows_file_is_read_again(app, visit, send, limit_slices):
    limit_slices(1)
    address = send("name,phone\nZoë,3035550142\nLeo,3035550143\n").location
    for path in (app.extensions["settings"].database_path.parent / "uploads").glob("*rows"):
        path.unlink()
    page = visit(address, "ada")
    while "Checking the file" in page.headings:
        page = visit(address, "ada")
    assert "Import 2 people" in page.words


def test_old_uploads_are_swept_without_another_upload(app, send):
    """F11: they outlived their day until somebody uploaded the next file."""
    send("name,phone\nZoë,3035550142\n")
    folder = app.extensions["settings"].database_path.parent / "uploads"
    with app.app_context():
        with write() as session:
            session.execute(db.text("UPDATE imports SET created_at = datetime('now', '-2 days')"))
        for path in folder.iterdir():
            upload_storage.os.utime(path, (0, 0))
        expire_uploads()
        assert db.session.scalar(db.select(Import.state)) == "abandoned"
    assert list(folder.iterdir()) == []


def test_erasing_somebody_drops_the_open_imports_that_hold_them(app, visit, send):
    """F11: the file and its rows still held name and number."""
    kept = send("name,phone\nMia,3035550144\n").location
    dropped = send("name,phone\nZoë,(303) 555-0142\n").location
    unread = send(
        build_book(People=[["name", "phone"], ["Leo", LEO]], Old=[["Zoë", ZOE]]), name="p.xlsx"
    ).location
    visit.post(f"/people/{ZOE[1:]}/erase", "ada")
    with app.app_context():
        rows = db.session.execute(db.select(Import.state, Import.columns).order_by(Import.id)).all()
    assert [row.state for row in rows] == ["checked", "abandoned", "abandoned"]
    assert rows[1].columns is None
    assert json.loads(rows[0].columns)["headings"] == ["name", "phone"]
    folder = app.extensions["settings"].database_path.parent / "uploads"
    assert len(list(folder.iterdir())) == 2
    assert visit(kept, "ada").status_code == 200
    for address in (dropped, unread):
        assert "no longer stored" in visit(address, "ada", follow=True).words


def test_of_a_wide_file_the_columns_that_can_be_read_come_first(visit, send_case):
    page = visit(send_case("google_two_phones.csv"), "ada").text
    shown = [
        page.index(f'id="column_{index}"') for index in range(40) if f'"column_{index}"' in page
    ]
    assert shown != sorted(shown)
    assert page.index("Phone 1 - Value") < page.index("Phonetic First Name")


def test_every_row_of_a_short_file_without_headings_is_shown(visit, send_case):
    words = visit(send_case("extra_columns.csv"), "ada").words
    assert words.count("banana") == 2
