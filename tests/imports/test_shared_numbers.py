"""Two names for one number in a file: one of them or both are taken; none is lost silently."""

import pytest

from app.community.models import CommunityMember
from app.core.db import db, write
from app.imports.models import Import
from app.imports.queries.shared_numbers import count_shared_numbers
from tests.sample_people import ZOE
from tests.sample_rows import add_member
from tests.speed_limits import limit_seconds

FILE = "name,phone\nAsha Rao,3035550142\nLeo,3035550143\nBen Rao,+1 303 555 0142\n"


@pytest.fixture
def check(send):
    """Ada uploads the file; the address of its check page."""
    return send(FILE).location


def find_name(app, phone):
    with app.app_context():
        return db.session.scalar(
            db.select(CommunityMember.name).where(CommunityMember.phone == phone)
        )


def test_the_check_offers_both_names_and_the_household(visit, check):
    words = visit(check, "ada").words
    assert "1 number has two names in this file." in words
    words = visit(f"{check}?show=repeated", "ada").words
    assert "Same number as line 2 (Asha Rao). Imported as Asha Rao" in words
    assert "Use “Ben Rao” Use “Asha and Ben Rao”" in words


@pytest.mark.parametrize("name", ["Ben Rao", "Asha and Ben Rao"])
def test_the_chosen_name_is_imported_once(app, visit, check, name):
    page = visit(f"{check}/line/4", "ada", shared_name=name, follow=True)
    assert f"Same number as line 2 ({name})." in page.words
    visit(f"{check}/confirm", "ada", _="")
    assert find_name(app, ZOE) == name


def test_without_a_choice_the_first_name_stays(app, visit, check):
    visit(f"{check}/confirm", "ada", _="")
    assert find_name(app, ZOE) == "Asha Rao"


def test_the_chosen_name_is_compared_with_the_list(app, visit, check):
    with app.app_context():
        add_member(ZOE, "Ben Rao")
    visit(f"{check}/line/4", "ada", shared_name="Ben Rao")
    assert "Already listed 1" in visit(check, "ada").words


@pytest.mark.parametrize(("line", "name"), [("4", " "), ("4", "x" * 101), ("2", "Ben"), ("9", "B")])
def test_what_cannot_be_chosen_changes_nothing(app, visit, check, line, name):
    assert visit(f"{check}/line/{line}", "ada", shared_name=name).status_code == 404
    visit(f"{check}/confirm", "ada", _="")
    assert find_name(app, ZOE) == "Asha Rao"


def test_thousands_of_numbers_that_come_twice_are_counted_at_once(app):
    """A join on the number compared each row with each: 19 s for 4,000 of them."""
    columns = "import_id, line, verdict, phone, name"
    row = f"INSERT INTO import_rows ({columns}) VALUES (:i, :l, :v, :p, :n)"
    with app.app_context():
        with write() as session:
            session.add(sheet := Import(created_by="ada", file_name="x.csv", repeated_count=4000))
            session.flush()
            rows = [
                {
                    "i": sheet.id,
                    "l": line,
                    "v": "repeated" if line % 2 else "new",
                    "p": f"+1303{line // 2:07}",
                    "n": f"Zoe {line if line % 4 else line + 1}",
                }
                for line in range(2, 8002)
            ]
            session.execute(db.text(row), rows)
        with limit_seconds(2):
            assert count_shared_numbers(db.session.get(Import, sheet.id)) == 2000
