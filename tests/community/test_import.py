"""People from a spreadsheet: upload, check, confirm; nobody is on the list before the last step."""

import io
import json
import os
import stat
import time

import openpyxl
import pytest

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.imports.models import Import, ImportRow
from app.suppression.models import UnsubscribedContact
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member, add_opt_out
from tests.speed_limits import limit_seconds

SMALL = "name,phone\nZoë,(303) 555-0142\nLeo,303-555-0143\nTom,123\nZoe,+13035550142\n"


def thousand():
    """1,000 rows, 30 of them faulty, with numbers of the range for made-up people."""
    areas = [303, 720, 212, 415, 202, 312, 213, 206, 617, 713]
    good = [f"Person {n},+1{areas[n // 100]}55501{n % 100:02}" for n in range(970)]
    return "\n".join(["name,phone", *good, *[f"Bad {n},12{n}" for n in range(30)]]) + "\n"


def uploads(app):
    folder = app.extensions["settings"].database_path.parent / "uploads"
    return sorted(folder.iterdir()) if folder.exists() else []


def confirm(visit, address, **form):
    return visit(f"{address}/confirm", "ada", **(form or {"_": ""}), follow=True)


def test_the_first_page_shows_what_a_file_looks_like(visit):
    words = visit("/community/import", "ada").words
    assert "Importing doesn’t send any texts." in words
    assert "(303) 555-0142" in words
    assert "read as US numbers" in words


def test_a_thousand_rows_with_thirty_faulty_ones(app, visit, address_of, on_the_list):
    address = address_of(thousand())
    page = visit(address, "ada")
    assert "Import 970 people" in page.words
    assert "Needs fixing 30" in page.words
    assert "Bad 29" in page.words
    assert page.words.count("This is a short code") == 30
    assert on_the_list() == {}
    done = confirm(visit, address)
    assert "970 people were imported." in done.words
    assert len(on_the_list()) == 970
    with app.app_context():
        act = db.session.scalar(db.select(AuditEvent).where(AuditEvent.verb == "members.imported"))
        assert json.loads(act.details) == {
            "added": 970,
            "changed": 0,
            "left_out": 0,
            "bad": 30,
        }
        assert act.about == "import 1"


def test_every_row_says_what_happens(app, visit, address_of):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO)
        add_member(MIA, "Mia Chen")
        add_opt_out(MIA)
    rows = ("Zoë,3035550142", "Leo,3035550143", "Mia,3035550144", "Max,3035550145")
    file = "\n".join(["name,phone", *rows, "Max,3035550145", ",x1", ""])
    address = address_of(file)
    page = visit(address, "ada")
    for words in (
        "1 new",
        "1 get a name",
        "1 have a different name here",
        "1 already listed",
    ):
        number, word = words.split(" ", 1)
        assert f"{word} {number}" in page.words
    assert "1 person in this file opted out" in page.words
    assert "On the list as “Mia Chen”." in visit(f"{address}?show=renamed", "ada").words
    assert "Same number as line 5 (Max)." in visit(f"{address}?show=repeated", "ada").words
    assert "Stays on the do-not-text list." in visit(f"{address}?show=left_out", "ada").words
    assert "A phone number has no letters" in visit(f"{address}?show=nonsense", "ada").words


def test_names_fill_gaps_and_are_taken_over_only_when_asked(app, visit, address_of, on_the_list):
    with app.app_context():
        add_member(ZOE)
        add_member(LEO, "Leonard")
    text = "name,phone\nZoë,3035550142\nLeo,3035550143\n,3035550144\n"
    confirm(visit, address_of(text))
    assert on_the_list() == {ZOE: "Zoë", LEO: "Leonard", MIA: None}
    confirm(visit, address_of(text), overwrite="1")
    assert on_the_list() == {ZOE: "Zoë", LEO: "Leo", MIA: None}


# case B14
def test_an_import_never_brings_anybody_back(app, visit, address_of, on_the_list):
    with app.app_context():
        add_opt_out(ZOE)
        add_dead_number(LEO)
    page = confirm(visit, address_of(SMALL))
    assert on_the_list() == {ZOE: "Zoë", LEO: "Leo"}
    assert "2 people in this file are on the do-not-text list and stay there." in page.words
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(UnsubscribedContact)) == 1
    words = visit("/community", "ada").words
    assert "Opted out" in words
    assert "Invalid number" in words


# case B13
def test_importing_twice_adds_nobody(visit, address_of, on_the_list):
    confirm(visit, address_of(SMALL))
    before = on_the_list()
    page = visit(address := address_of(SMALL), "ada")
    assert "Everyone in this file is already listed." in page.words
    assert "0 people were imported." in confirm(visit, address).words
    assert on_the_list() == before


def test_a_second_press_of_confirm_changes_nothing(app, visit, address_of, on_the_list):
    address = address_of(SMALL)
    confirm(visit, address)
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM community_members"))
    again = visit.post(f"{address}/confirm", "ada")
    assert (again.status_code, again.location) == (303, address)
    assert on_the_list() == {}
    with app.app_context():
        acts = db.select(db.func.count()).where(AuditEvent.verb == "members.imported")
        assert db.session.scalar(acts) == 1


# case B13
def test_two_imports_that_overlap_are_both_right(visit, address_of, on_the_list):
    one, other = (
        address_of("phone\n3035550142\n3035550143\n"),
        address_of("phone\n3035550143\n3035550144\n"),
    )
    assert "Import 2 people" in visit(other, "ada").words
    confirm(visit, one)
    assert "1 person was imported." in confirm(visit, other).words
    assert list(on_the_list()) == [ZOE, LEO, MIA]


def test_nothing_of_a_failed_confirm_is_left(app, visit, address_of, on_the_list, monkeypatch):
    address = address_of(SMALL)
    with app.app_context(), write() as session:
        session.execute(
            db.text(
                "CREATE TRIGGER trip BEFORE INSERT ON community_members WHEN new.phone LIKE "
                "'%0143' "
                "BEGIN SELECT RAISE(ABORT, 'tripped'); END"
            )
        )
    assert visit.post(f"{address}/confirm", "ada").status_code == 500
    assert on_the_list() == {}
    with app.app_context(), write() as session:
        session.execute(db.text("DROP TRIGGER trip"))
    assert "2 people were imported." in confirm(visit, address).words


def test_the_file_is_kept_privately_and_not_for_long(app, visit, address_of):
    address = address_of(SMALL, name="../../instance/sms.db")
    for kept in uploads(app):
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
        assert kept.name.isalnum()
    confirm(visit, address)
    assert uploads(app) == []
    address_of(SMALL)
    visit.post(f"{address[:-1]}2/abandon", "ada")
    assert uploads(app) == []


def test_an_upload_that_nobody_confirmed_is_forgotten_after_a_day(
    app, visit, address_of, on_the_list
):
    old = address_of(SMALL)
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE imports SET created_at = datetime('now', '-25 hours')"))
    kept = uploads(app)
    for file in kept:
        os.utime(file, (time.time() - 25 * 3600,) * 2)
    address_of("phone\n3035550145\n")
    assert not set(kept) & set(uploads(app))
    page = visit(old, "ada", follow=True)
    assert "This file is no longer stored." in page.words
    assert visit.post(f"{old}/confirm", "ada").status_code == 303
    assert on_the_list() == {}
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(ImportRow)) == 1


def test_thrown_away_is_thrown_away(app, visit, address_of, on_the_list):
    address = address_of(SMALL)
    page = visit(f"{address}/abandon", "ada", _="", follow=True)
    assert "No one was imported." in page.words
    confirm(visit, address)
    assert on_the_list() == {}
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(ImportRow)) == 0


NAMES = [
    "../../instance/sms.db",
    "x" * 300 + ".csv",
    "<img src=x onerror=alert(1)>.csv",
    "C:\\lists\\people.csv",
]


# case B11
@pytest.mark.parametrize("name", NAMES)
def test_the_files_name_is_only_ever_shown(app, visit, address_of, name):
    """B11: whatever it says, no path is made of it, and pages show it as text."""
    address = address_of(SMALL, name=name)
    page = visit(address, "ada")
    assert "<img" not in page.text
    with app.app_context():
        row = db.session.scalar(db.select(Import))
        assert len(row.file_name) <= 255
        assert "/" not in row.file_name
        assert row.file_name in page.words
    assert visit(f"{address}/bad-rows", "ada").response.headers["Content-Disposition"].isascii()


BAD_FILES = {
    "empty": (b"", "no rows"),
    "headings only": (b"name,phone\n", "only headings"),
    "no phones": (b"name,email\nZoe,z@x.org\n", "no column with phone numbers"),
    "pdf": (b"%PDF-1.7", "This is a PDF"),
    "utf-16 without its mark": (
        "name,phone\nZoe,3035550142\n".encode("utf-16-le"),
        "looks like UTF-16",
    ),
    "member numbers": (
        b"name,phone\n" + b"".join(b"P%d,24001%02d\n" % (n, n) for n in range(9)),
        "member numbers",
    ),
    "excel": (b"name,phone\nZoe,7.20E+09\n", "Excel shortened"),
    "no encoding": (b"name,phone\nJos\x81,3035550142\n", "Line 2 could not be read"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_said_beside_the_field(app, upload, kind):
    data, words = BAD_FILES[kind]
    page = upload(data)
    assert page.status_code == 422
    assert words in page.words
    assert 'id="file-error"' in page.text
    assert uploads(app) == []


def test_no_file_at_all(visit):
    page = visit("/community/import", "ada", file="not a file")
    assert page.status_code == 422
    assert "Choose a file, or paste rows below." in page.words


# case B10
def test_a_file_over_the_limit_is_413(upload, app):
    page = upload(b"phone\n" + b"3035550142\n" * 1_000_000)
    assert page.status_code == 413
    assert "Too large" in page.words
    assert uploads(app) == []


# case B1
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_arrive_whole(visit, address_of, on_the_list, encoding):
    confirm(visit, address_of("name;phone\nJosé Núñez;303 555 0142\n".encode(encoding)))
    assert on_the_list() == {ZOE: "José Núñez"}


def test_a_workbook(visit, address_of, on_the_list):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in (
        ["Vorname", "Nachname", "Handy"],
        ["Zoë", "Hernández", 3035550142],
        ["Leo", None, 13035550143.0],
    ):
        book.active.append(row)
    book.save(data)
    confirm(visit, address_of(data.getvalue(), name="people.xlsx"))
    assert on_the_list() == {ZOE: "Zoë Hernández", LEO: "Leo"}


def test_the_columns_can_be_read_differently(visit, address_of, on_the_list):
    address = address_of(
        "Zoë,3035550142,3035550199\nLeo,3035550143,\n".replace(",3035550199", ",Riverside")
    )
    form = visit(address, "ada").fields(1)
    again = visit(
        address,
        "ada",
        **(form | {"column_0": "nothing", "column_1": "phone", "column_2": "name"}),
    )
    assert (again.status_code, again.location) == (303, address)
    confirm(visit, address)
    assert on_the_list() == {ZOE: "Riverside", LEO: None}


def test_the_letters_can_be_read_differently(visit, address_of, on_the_list):
    """Nothing in these bytes tells Hungarian from Portuguese."""
    address = address_of("name,phone\nGyőző,3035550142\n".encode("cp1250"))
    words = visit(address, "ada").words
    assert "Gyõzõ" in words
    assert "The file does not say which character set it uses." in words
    visit(
        address,
        "ada",
        column_0="name",
        column_1="phone",
        headings="1",
        encoding="cp1250",
    )
    confirm(visit, address)
    assert on_the_list() == {ZOE: "Győző"}


def test_a_wrong_choice_of_columns_is_said_and_kept(visit, address_of):
    address = address_of(SMALL)
    page = visit(
        address,
        "ada",
        column_0="phone",
        column_1="phone",
        headings="1",
        encoding="utf-8",
    )
    assert page.status_code == 422
    assert "Choose “Phone number” for one column only." in page.words
    assert page.text.count('<option value="phone" selected>') == 2
    assert "Import 2 people" in page.words


def test_headings_can_be_said_to_be_people(visit, address_of):
    address = address_of(SMALL)
    visit(address, "ada", column_0="name", column_1="phone", encoding="utf-8")
    assert "Needs fixing 2" in visit(address, "ada").words


def test_the_bad_rows_come_back_as_a_file_and_can_be_imported_once_right(
    visit, address_of, on_the_list
):
    address = address_of('name,phone,note\nZoë,3035550142,\n=Tom,303555014,"a ""b"", c"\nAna,,\n')
    page = visit(f"{address}/bad-rows", "ada")
    assert page.response.mimetype == "text/csv"
    assert page.text.splitlines()[0] == "\ufeffname,phone,note,problem"
    assert page.text.splitlines()[1].startswith(
        '"\'=Tom","303555014","a ""b"", c","This number is too short.'
    )
    assert page.text.splitlines()[2] == ('"Ana","","","There is no phone number in this row."')
    fixed = page.text.replace('"303555014"', '"3035550144"')
    fixed = fixed.replace('"Ana",""', '"Ana","3035550145"')
    confirm(visit, address_of(fixed))
    assert on_the_list() == {MIA: "=Tom", MAX: "Ana"}


def test_rows_come_in_pages(visit, address_of):
    address = address_of("phone\n" + "".join(f"12{n}\n3035550142\n" for n in range(130)))
    assert "1–50 of 130" in visit(address, "ada").words
    assert "101–130 of 130" in visit(f"{address}?show=bad&page=3", "ada").words


def test_a_file_where_nobody_can_be_read_has_no_button(visit, address_of):
    page = visit(address_of("name,phone\nZoe,1\nLeo,2\n"), "ada")
    assert "No rows can be imported." in page.words
    assert "Discard file" in page.words
    assert "Finish" not in page.words


@pytest.mark.parametrize("rest", ["", "/confirm", "/abandon", "/bad-rows"])
def test_only_admins_import(visit, address_of, rest):
    address = address_of(SMALL)
    assert (
        visit(
            address + rest,
            "sol",
            **({"_": ""} if rest in {"/confirm", "/abandon"} else {}),
        ).status_code
        == 403
    )
    assert visit("/community/import", "sol").status_code == 403
    assert visit("/community/import/99", "ada").status_code == 404


def test_ten_thousand_rows_are_checked_in_two_seconds(upload, visit):
    text = "name,phone\n" + "".join(
        f"Person {n},({201 + n // 100 % 19}) 555-{n:04}\n" for n in range(10_000)
    )
    visit("/community", "ada")
    with limit_seconds(2):
        page = upload(text, follow=False)
        assert page.status_code == 303
    # On a busy machine the check takes more than one request.
    while "Checking the file" in visit(page.location, "ada").headings:
        pass
    with limit_seconds(4):
        page = confirm(visit, page.location)
        while page.headings == ["Importing"]:
            page = visit("/community/import/1", "ada")
        assert page.headings == ["Imported"]


# case B12; the reader's limit is also in tests/core/test_csv_files.py.
@pytest.mark.torture
def test_a_hundred_thousand_and_one_rows_are_refused(upload):
    page = upload("3035550142\n" * 100_001)
    assert page.status_code == 422
    assert "100,000 rows" in page.words
