"""The list: who sees what, search, order, pages."""

from itertools import product
from urllib.parse import urlencode

import pytest
from sqlalchemy import event

from app.community import queries
from app.community.models import CommunityMember
from app.core.db import db, write
from app.core.pagination import ListParams
from app.domain.phones.phone_number import format_phone_number
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member, add_members, add_opt_out


@pytest.fixture
def four(app):
    """Zoë, Leo, Mia, and Max without a name."""
    with app.app_context():
        for phone, name in (
            (ZOE, "Zoë O'Hara"),
            (LEO, "leo 100%"),
            (MIA, "Mia_Chen \\ Ruiz"),
            (MAX, None),
        ):
            add_member(phone, name)


def found(search, sort="name", way="asc", number=1, per_page=50, region="US"):
    return queries.paginate_members(ListParams(search, number, per_page, sort, way), region)


def test_an_empty_list_says_how_to_begin(visit):
    page = visit("/community", "ada")
    assert "Import people" in page.words
    assert "Add person" in page.words
    assert "An admin can add people." in visit("/community", "sol").words


def test_sol_reads_the_list_and_is_offered_no_change(visit, four):
    page = visit("/community", "sol")
    assert "leo 100%" in page.words
    assert not {"Add person", "Import", "Export", "Delete"} & set(page.words.split(" "))
    assert "/edit" not in page.text
    for action in ("bulk-delete", "bulk-export"):
        assert f"/community/{action}" not in page.text


def test_it_says_who_gets_no_texts_and_why(app, visit, four):
    with app.app_context():
        add_opt_out(ZOE)
        add_dead_number(LEO)
    words = visit("/community", "ada").words
    assert "Opted out" in words
    assert "Invalid number" in words


ALL = [ZOE, LEO, MIA, MAX]
FINDS = [
    (
        [ZOE],
        [
            "zoë",
            "ZOË",
            "o'h",
            "'",
            "(303) 555-0142",
            "+1 303.555.0142",
            "0142",
            "٠١٤٢",
            "13035550142",
        ],
    ),
    ([LEO], ["LEO", "%", "100%", "0%", "43"]),
    ([MIA], ["_", "\\", "a_c", "i", "ruiz"]),
    (ALL, ["5550", "303", "\x00", "  "]),
    (
        [],
        [
            '"',
            "+",
            "nobody",
            "zo%",
            "* OR name",
            "x" * 10_000,
            "(",
            "leo 0142",
            "null",
            "0143 0144",
        ],
    ),
]
FOUND = {search: phones for phones, searches in FINDS for search in searches}


# case B23
def test_a_search_takes_letters_literally_and_digits_in_any_spelling(visit, four):
    for search in FOUND:
        page = visit("/community?" + urlencode({"search": search, "sort": "phone"}), "ada")
        assert page.status_code == 200, search
        shown = [phone for phone in ALL if f">{format_phone_number(phone)}<" in page.text]
        assert shown == FOUND[search], search


def test_a_national_number_with_its_zero_is_found(app):
    with app.app_context():
        add_member("+4915123456789", "Jürgen")
        assert [line.name for line in found("0151 23456789", region="DE").rows] == ["Jürgen"]
        assert [line.name for line in found("0151 23456", region="DE").rows] == ["Jürgen"]
        assert [line.name for line in found("JÜRGEN", region="DE").rows] == ["Jürgen"]
        assert [line.name for line in found("Ü", region="DE").rows] == ["Jürgen"]


@pytest.mark.parametrize(
    ("sort", "way", "phones"),
    [
        ("name", "asc", [LEO, MIA, ZOE, MAX]),
        ("name", "desc", [MAX, ZOE, MIA, LEO]),
        ("phone", "asc", [ZOE, LEO, MIA, MAX]),
        ("created_at", "desc", [MAX, MIA, LEO, ZOE]),
    ],
)
def test_it_can_be_sorted(shop, four, sort, way, phones):
    assert [line.phone for line in found("", sort, way).rows] == phones
    assert [line.phone for line in found("555", sort, way).rows] == phones


WILD = [
    "page=0",
    "page=-1",
    "page=1000000000",
    "page=abc",
    "page=%00",
    "per_page=1e9",
    "per_page=0",
]
WILD += [
    "sort=__class__",
    "sort=password_hash&dir=x",
    "search=%FF%FE",
    "page=1&page=2",
    "per_page=" + "9" * 400,
]
WILD += [
    "_method=POST",
    "_external=1",
    "_anchor=x",
    "endpoint=x",
    "self=x",
    "request=x",
]


# case B25
def test_wild_addresses_are_brought_into_bounds(visit, four):
    for query in WILD:
        page = visit(f"/community?{query}", "ada")
        assert page.status_code == 200, query
        assert "Search names and numbers" in page.text, query


@pytest.fixture
def many(app):
    """250 people, every fifth without a name."""
    with app.app_context():
        add_members(200)
        with write() as session:
            session.add_all(CommunityMember(name=None, phone=f"+1720400{n:04}") for n in range(50))


def test_the_pages_together_are_the_list(shop, many):
    ways = product(["", "person", "0", "20"], queries.MEMBER_SORTS, ["asc", "desc"])
    for way in ways:
        whole = [line.id for line in found(*way, per_page=1000).rows]
        first = found(*way, per_page=23)
        pages = [found(*way, number, 23) for number in range(1, first.pages + 1)]
        assert [line.id for page in pages for line in page.rows] == whole, way
        assert first.total == len(whole) == len(set(whole)), way
        assert found(*way, 10**6, 23).rows == pages[-1].rows, way


def test_a_search_that_finds_too_many_says_so(visit, many, monkeypatch):
    monkeypatch.setattr(queries, "MAX_SEARCH_RESULTS", 100)
    page = visit("/community?search=person", "ada")
    assert "More than 100 people match." in page.words
    assert "1–50 of more than 100 people" in page.words


def test_changing_and_deleting_keeps_the_search_true(app, visit, four):
    with app.app_context():
        id = found("leo").rows[0].id
    visit(f"/community/{id}/edit", "ada", name="Leonard", phone=LEO)
    with app.app_context():
        assert [line.name for line in found("leonard").rows] == ["Leonard"]
        assert found("leo 100").rows == []
    visit.post(f"/community/{id}/delete", "ada")
    with app.app_context():
        assert found("leonard").rows == []


def test_one_page_costs_few_questions(app, visit, many):
    visit("/community", "ada")
    with app.app_context():
        engine = db.engine
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    visit("/community?search=person&page=2", "ada")
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 8


PLAIN = "SELECT id FROM community_members ORDER BY {} LIMIT 50 OFFSET 1000"
WALK = (
    "SELECT id FROM community_members WHERE folded_name LIKE '%a%' OR phone LIKE '%1%' ORDER BY {} "
    "LIMIT 10001"
)


@pytest.mark.parametrize("statement", [PLAIN, WALK])
@pytest.mark.parametrize("sort", queries.MEMBER_SORTS)
@pytest.mark.parametrize("way", [False, True])
def test_every_order_is_read_from_its_index_alone(shop, statement, sort, way):
    order = ", ".join(str(each) for each in queries._build_order(sort, way))
    plan = db.session.execute(db.text("EXPLAIN QUERY PLAN " + statement.format(order))).all()
    assert len(plan) == 1
    assert plan[0][3].startswith("SCAN community_members USING COVERING INDEX")


def test_the_audience_is_everybody_with_the_reason_to_leave_them_out(shop, four):
    add_opt_out(ZOE)
    add_dead_number(LEO)
    rows = db.session.execute(queries.select_community_audience()).all()
    assert [(name, phone, reason and reason.value) for name, phone, reason in rows] == [
        ("Zoë O'Hara", ZOE, "said_stop"),
        ("leo 100%", LEO, "number_dead"),
        ("Mia_Chen \\ Ruiz", MIA, None),
        (None, MAX, None),
    ]
    assert queries.count_members() == 4
