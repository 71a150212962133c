"""Which column is what, and which rows are people."""

from itertools import islice

import pytest

from app.domain.spreadsheets.column_headings import ColumnKind, find_column_kind
from app.domain.spreadsheets.column_mapping import choose_columns, guess_columns
from app.domain.spreadsheets.contact_rows import ContactReader
from app.domain.spreadsheets.phone_columns import ColumnMappingError
from tests.speed_limits import limit_seconds

P = ColumnKind.PHONE
N = ColumnKind.NAME
F = ColumnKind.FIRST_NAME
L = ColumnKind.LAST_NAME
X = ColumnKind.IGNORED
ZOE = "303 555 0142"
LEO = "303 555 0143"
MIA = "303 555 0144"


def kinds(*rows, region="US"):
    return list(guess_columns([list(row) for row in rows], region).kinds)


def people(*rows, region="US", **more):
    columns = guess_columns([list(row) for row in rows], region)
    return read_contact_rows(enumerate(rows, 1), columns, region, **more)


def read_contact_rows(rows, columns, region, refused=None):
    """Read (line, cells), without the headings, as a person or as a problem each."""
    reader = ContactReader(columns, region, refused)
    return [reader.read(*row) for row in islice(rows, columns.heading_row_count, None)]


def sentence_of(*rows):
    with pytest.raises(ColumnMappingError) as error:
        guess_columns([list(row) for row in rows], "US")
    return error.value.sentence


PHONES = (
    " Phone Number |PHONE|mobile|\ufeffphone|phone\u200b|\tMobile\xa0Phone|phone_number|"
    "PhoneNumber|Cell|Tel.|Handynummer|Mobiltelefon|Teléfono móvil|Número de teléfono|Telefone|"
    "Téléphone portable|Cellulare|Номер телефона|"
    "手机号码|電話番号|전화번호|رقم الهاتف|Số điện thoại|Phone 1 - Value"
)
NAMES = "Name|FULL NAME|Member name|Nombre completo|Nom|ФИО|姓名|이름"
FIRST_NAMES = "First Name|firstname|FirstName|Vorname|Prénom|Имя|Given name(s)"
LAST_NAMES = "Last name|Nachname|Apellidos|Cognome|Фамилия|Surname"
OTHERS = "Company name|Phonetic First Name|Email||Member number|Notes"
HEADINGS = {PHONES: P, NAMES: N, FIRST_NAMES: F, LAST_NAMES: L, OTHERS: None}


@pytest.mark.parametrize(
    ("heading", "kind"),
    [(heading, kind) for text, kind in HEADINGS.items() for heading in text.split("|")],
)
def test_a_heading_says_what_its_column_holds_b2(heading, kind):
    assert find_column_kind(heading) is kind


def test_first_and_last_name_become_one_name():
    (zoe,) = people(["Vorname", "Nachname", "Handy"], ["Zoë", "Hernández", ZOE])
    assert (zoe.line, zoe.name, zoe.phone, zoe.problem) == (
        2,
        "Zoë Hernández",
        "+13035550142",
        None,
    )


def test_the_words_for_a_name_depend_on_their_neighbours():
    assert kinds(["Name", "Vorname", "Tel"], ["Hernández", "Zoë", ZOE]) == [L, F, P]
    assert kinds(["Name", "First name", "Tel"], ["Zoë Hernández", "Zoë", ZOE]) == [
        N,
        F,
        P,
    ]
    assert kinds(["Nombre", "Apellidos", "Móvil"], ["Zoë", "Hernández", ZOE]) == [
        F,
        L,
        P,
    ]
    assert kinds(["Nombre", "Móvil"], ["Zoë Hernández", ZOE]) == [N, P]


def test_without_headings_the_cells_speak():
    rows = [["Zoë Hernández", ZOE, "a@x.org"], ["Leo", LEO, "b@x.org"]]
    assert kinds(*rows) == [N, P, X]
    assert [person.line for person in people(*rows)] == [1, 2]
    assert kinds(["Zoë", "Hernández", ZOE], ["Leo", "Chen", LEO]) == [F, L, P]
    assert kinds([ZOE], [LEO]) == [P]


def test_headings_in_an_unknown_language_are_still_headings():
    assert kinds(["Wer", "Wohin"], ["Zoë", ZOE], ["Leo", LEO]) == [N, P]
    assert [person.line for person in people(["Wer", "Wohin"], ["Zoë", ZOE])] == [2]


def test_of_two_phone_columns_the_mobile_is_read_b2():
    assert kinds(["name", "Phone", "Mobile"], ["Zoë", ZOE, LEO]) == [N, X, P]
    assert kinds(["phone", "phone"], [ZOE, LEO]) == [P, X]


def test_a_phone_on_a_desk_gives_way_and_an_empty_column_does_not_count():
    assert kinds(["Home phone", "Mobile phone"], [ZOE, LEO]) == [X, P]
    assert kinds(["Phone 1", "Phone 2"], [ZOE, ""]) == [P, X]
    assert kinds(["Phone", "Phone type"], [ZOE, "mobile"]) == [P, X]


def test_member_numbers_are_refused():
    ids = [[f"Person {n}", str(2400100 + n)] for n in range(9)]
    assert "“Member number” looks like member numbers" in sentence_of(
        ["Name", "Member number"], *ids
    )
    assert "“Phone” looks like member numbers" in sentence_of(["Name", "Phone"], *ids)


def test_an_id_that_could_be_a_phone_is_not_taken_for_one():
    assert kinds(["ID", "Wohin"], ["2024000123", ZOE], ["2024000124", LEO]) == [X, P]


def test_numbers_that_excel_shortened_are_refused():
    assert "Excel shortened the numbers, as in 7.20E+09" in sentence_of(
        ["name", "phone"], ["Zoë", "7.20E+09"]
    )
    good, bad = people(["name", "phone"], ["Zoë", ZOE], ["Leo", "7,2E+09"])
    assert good.phone
    assert "7,2E+09" in bad.problem


def test_no_people_and_no_phones_b8():
    assert sentence_of(["name", "phone"]) == "There are no rows in this file, only headings."
    assert "no column with phone numbers" in sentence_of(["name", "email"], ["Zoë", "z@x.org"])


def test_columns_that_cannot_be_told_apart_are_one_clear_error_b3():
    assert "could not be told apart" in sentence_of(
        ["name^phone"], *([f"Zoë^{ZOE}"] for _ in range(5000))
    )


def test_every_bad_row_says_why():
    rows = [
        ["name", "phone"],
        ["Zoë", ZOE],
        ["Tom", "123"],
        ["Ana", ""],
        ["Kim", "call me"],
        ["Lee", ZOE + " ext. 5"],
        ["x" * 101, LEO],
        ["N\0L", MIA],
        ["Big", "9" * 10_001],
        ["Us", "303 555 0199"],
    ]
    rows_read = people(*rows, refused={"+13035550199": "This is the number your texts come from."})
    assert [person.phone for person in rows_read] == ["+13035550142"] + [None] * 8
    words = [
        "",
        "short code",
        "no phone number",
        "phone number",
        "extension",
        "longer than 100",
        "NUL",
        "10,000",
        "from.",
    ]
    for person, word in zip(rows_read, words, strict=True):
        assert word in (person.problem or "")
    assert max(len(person.name or "") for person in rows_read) <= 100


def test_a_number_twice_in_the_file_names_the_first_line():
    rows_read = people(
        ["name", "phone"],
        ["Zoë", ZOE],
        ["Leo", LEO],
        ["Zoe", "+1 (303) 555-0142"],
        ["Z", "tel:+13035550142"],
    )
    first_rows = [person.duplicate_of for person in rows_read]
    assert [row and row.line for row in first_rows] == [None, None, 2, 2]


def test_names_are_cleaned_and_blank_ones_are_none_b17():
    rows = [
        ["name", "phone"],
        ["  Zoë \u202e x ", ZOE],
        ["\u200b", LEO],
        ["<script>{{7*7}}%s", MIA],
    ]
    assert [person.name for person in people(*rows)] == [
        "Zoë x",
        None,
        "<script>{{7*7}}%s",
    ]


@pytest.mark.parametrize(
    "phone",
    ["'+1 303 555 0142", "=+13035550142", "(303) 555-0142", "tel:+1-303-555-0142"],
)
def test_spellings_of_one_number_p1(phone):
    assert [person.phone for person in people(["phone"], [phone])] == ["+13035550142"]


def test_numbers_without_a_country_are_of_the_region():
    assert people(["Handy"], ["0151 23456789"], region="DE")[0].phone == "+4915123456789"


def test_a_short_row_has_empty_cells():
    assert [bool(person.problem) for person in people(["phone", "name"], [ZOE], ["", "Leo"])] == [
        False,
        True,
    ]


def test_a_person_may_choose_the_columns():
    columns = choose_columns(
        ["nothing", "phone", "first_name", "bogus"],
        [["a", "b", "c", "d"]],
        has_headings=True,
    )
    assert columns.kinds == (X, P, F, X)
    assert columns.column_title(1) == "b"
    assert choose_columns(["phone"], [["303"]], has_headings=False).column_title(0) == "Column 1"


@pytest.mark.parametrize("chosen", [[], ["name"], ["phone", "phone"], ["phone", "name", "name"]])
def test_a_wrong_choice_is_said(chosen):
    with pytest.raises(ColumnMappingError):
        choose_columns(chosen, [], has_headings=False)


def test_ten_thousand_rows_are_checked_in_time():
    rows = [
        ["name", "phone"],
        *([f"Person {n}", f"({201 + n // 100 % 19}) 555-{n % 10000:04}"] for n in range(10_000)),
    ]
    with limit_seconds(2):
        assert len(people(*rows)) == 10_000
