"""Files as people really have them: the cases of lists that go wrong, through the front door,
each by its number.
"""

import io
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.community.models import CommunityMember
from app.core.db import db
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_opt_out
from tests.speed_limits import limit_seconds

ROOT = Path(__file__).resolve().parents[2]
TWO = "name,phone\nZoë,3035550142\nLeo,3035550143\n"
NO_ENCODING = b"name,phone\n" + b"Ann,3035550142\n" * 35 + b"Jos\x81,3035550143\n"
CONFIRM = """
import sys
from pathlib import Path
from app import create_app
from app.community.views.member_import import MEMBER_IMPORT_TARGET
from app.imports.actions.import_completion import apply_import
from app.imports.actions.import_decision import ImportDecision
from app.core.db import write
from tests.bench.bench_app import settings

app = create_app(settings(Path(sys.argv[1]), smsadmin_failpoint=sys.argv[2]))
with app.app_context(), write():
    apply_import(1, MEMBER_IMPORT_TARGET, ImportDecision(overwrites_names=True))
"""


@pytest.fixture
def member_names(app):
    """Who is on the list of members: {phone: name}."""

    def read():
        with app.app_context():
            rows = db.session.execute(db.select(CommunityMember.phone, CommunityMember.name))
            return {phone: name for phone, name in rows}

    return read


@pytest.fixture
def import_file(visit, send):
    """Ada imports a file to its end."""

    def import_to_its_end(data, name="people.csv"):
        page = send(data, name)
        assert page.status_code == 303, page.words
        visit.post(f"{page.location}/confirm", "ada")
        return page.location

    return import_to_its_end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"])
def test_names_arrive_whole_in_every_encoding(import_file, member_names, encoding):
    """B1: UTF-8 with and without its mark, UTF-16 in both orders, Windows-1252."""
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    import_file(f"{mark}name,phone\nJosé,3035550142\n".encode(encoding))
    assert member_names() == {ZOE: "José"}


def test_letters_of_two_encodings_are_refused_with_their_line(send, member_names):
    """B1: a mix that nothing can decode is said with its line, and nobody is taken in."""
    page = send(NO_ENCODING)
    assert page.status_code == 422
    assert "Line 37 could not be read as UTF-8, UTF-16 or Windows-1252." in page.words


@pytest.mark.parametrize(
    "heading",
    [
        " Phone Number ",
        "PHONE",
        "mobile",
        "\tphone\t",
        "\xa0phone",
        "\u200bphone\u200b",
    ],
)
def test_headings_are_recognised_however_they_are_written(import_file, member_names, heading):
    """B2: spaces, capitals, other words, tabs, no-break and zero-width spaces."""
    import_file(f'name,"{heading}"\nZoë,3035550142\n')
    assert member_names() == {ZOE: "Zoë"}


def test_of_two_columns_of_phones_the_mobile_is_chosen_and_the_other_named(visit, send):
    """B2: neither is silently taken, and neither shuts the door."""
    page = visit(send("phone,cell phone\n3035550142,3035550143\n").location, "ada")
    assert (
        "Numbers are taken from “cell phone”. Second phones are taken from “phone”." in page.words
    )
    assert page.text.count('<option value="phone" selected>') == 1


@pytest.mark.parametrize("delimiter", ",;\t|")
def test_what_stands_between_the_columns_is_found(import_file, member_names, delimiter):
    """B3: commas, semicolons, tabs and bars."""
    import_file(TWO.replace(",", delimiter))
    assert member_names() == {ZOE: "Zoë", LEO: "Leo"}


def test_one_column_is_enough(import_file, member_names):
    """B3: a file of nothing but numbers."""
    import_file("phone\n3035550142\n")
    assert list(member_names()) == [ZOE]


def test_columns_that_cannot_be_told_apart_are_one_mistake(send):
    """B3: not one mistake a row."""
    page = send("name/phone\n" + "Zoë/3035550142\n" * 50)
    assert page.status_code == 422
    assert page.words.count("could not be told apart") <= 2


def test_a_nul_in_a_cell_spoils_its_row_only(visit, send):
    """B4: said with its line, and never stored."""
    address = send("name,phone\nZ\0oe,3035550142\nLeo,3035550143\n").location
    words = visit(f"{address}?show=bad", "ada").words
    assert "no text can have (NUL)" in words
    visit.post(f"{address}/confirm", "ada")


def test_utf_16_without_its_mark_is_said(send):
    """B4: a file full of NULs."""
    assert "looks like UTF-16" in send(TWO.encode("utf-16-le")).words


def test_a_cell_of_a_million_letters_is_a_row_that_cannot_be_read(
    visit, send, import_file, member_names
):
    """B6: in less than a second of work, and no name of more than 100 letters is kept."""
    with limit_seconds(3):
        address = import_file(
            f"name,phone\n{'x' * 1_000_000},3035550142\n{'y' * 101},3035550145\nLeo,3035550143\n"
        )
    assert "Needs fixing 2" in visit(address, "ada").words or member_names() == {LEO: "Leo"}
    assert member_names() == {LEO: "Leo"}


@pytest.mark.parametrize("data", [b"", b"   \n  \n", b"\n\n\n", b"\xef\xbb\xbf", b"name,phone\n"])
def test_a_file_without_rows_says_so(send, member_names, data):
    """B8: nothing at all, spaces, line ends, a mark alone, headings alone."""
    page = send(data) if data else send(rows="", _="")
    assert page.status_code == 422
    assert "no rows" in page.words or "Choose a file, or paste rows below." in page.words
    assert member_names() == {}


def _build_archive(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return data.getvalue()


OTHERS = {
    "an OpenDocument table": _build_archive(
        mimetype="application/vnd.oasis.opendocument.spreadsheet"
    ),
    "This is a PDF": b"%PDF-1.7\n",
    "This is a picture": b"\x89PNG\r\n\x1a\n" + bytes(90),
    "This is a program": b"MZ\x90" + bytes(90),
    "a packed file": _build_archive(readme="x"),
    "too large when unpacked": _build_archive(xl__workbook_xml=bytes(101 * 1024 * 1024)),
}


@pytest.mark.parametrize("words", OTHERS)
def test_what_is_no_list_is_refused_whatever_its_name(send, member_names, words):
    """B9: told by what is in it; a bomb is not opened."""
    page = send(OTHERS[words], name="people.csv")
    assert page.status_code == 422
    assert words in page.words
    assert member_names() == {}


def test_a_workbook_is_read_by_whatever_name(import_file, member_names):
    """B9: Excel's own files are read, with numbers kept as numbers."""
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in (["name", "phone"], ["Zoë", 3035550142], ["Leo", "+1 303 555 0143"]):
        book.active.append(row)
    book.save(data)
    import_file(data.getvalue(), name="people.csv")
    assert member_names() == {ZOE: "Zoë", LEO: "Leo"}


@pytest.mark.slow
@pytest.mark.torture
def test_a_hundred_thousand_rows_are_taken(visit, send, member_names):
    """B12: and one more is not (see test_import.py in the community)."""
    numbers = "".join(f"303{2_000_000 + n}\n" for n in range(100_000))
    address = send("phone\n" + numbers).location
    while "Checking the file" in visit(address, "ada").headings:
        pass
    visit.post(f"{address}/confirm", "ada")
    while visit(address, "ada").headings == ["Importing"]:
        pass
    assert len(member_names()) == 100_000


@pytest.mark.slow
@pytest.mark.parametrize("point", ["import_named", "import_added"])
def test_a_process_that_dies_in_the_middle_of_the_yes_leaves_nobody(
    app, visit, send, import_file, member_names, point
):
    """B13: kill -9 between the statements of a confirm; nobody is on the list, and the yes can
    be said again.
    """
    address = send(TWO).location
    database = app.extensions["settings"].database_path
    died = subprocess.run(
        [sys.executable, "-c", CONFIRM, database, point],
        cwd=ROOT,
        capture_output=True,
        timeout=300,
    )
    assert died.returncode == 137, died.stderr.decode()
    assert member_names() == {}
    visit.post(f"{address}/confirm", "ada")
    assert member_names() == {ZOE: "Zoë", LEO: "Leo"}


def test_two_imports_at_the_same_time_are_a_union(app, visit, send, member_names):
    """B13: two admins confirm overlapping files at once."""
    files = [
        "phone\n" + "".join(f"303{4_000_000 + n}\n" for n in range(start, start + 300))
        for start in (0, 150)
    ]
    addresses = [send(file).location for file in files]
    answers = []

    def press(address, browser):
        form = {"csrf_token": visit.token("ada")}
        answers.append(browser.post(f"{address}/confirm", data=form).status_code)

    threads = [
        threading.Thread(target=press, args=(address, visit.browser("ada")))
        for address in addresses
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    assert len(member_names()) == 450


def test_who_said_stop_is_imported_and_gets_no_texts_all_the_same(
    app, visit, import_file, member_names
):
    """B14: they are on the list, the page says how many they are, and no import subscribes
    anybody again.
    """
    with app.app_context():
        add_opt_out(LEO)
    address = import_file(TWO)
    assert member_names() == {ZOE: "Zoë", LEO: "Leo"}
    assert (
        "1 person in this file is on the do-not-text list and stays there."
        in visit(address, "ada").words
    )
    with app.app_context():
        assert find_suppression_reason(LEO) == "said_stop"
        assert find_suppression_reason(ZOE) is None
