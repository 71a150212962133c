"""Values of fields: how each type reads them, and what a column of a file is guessed to be."""

from datetime import date

import pytest

from app.domain.profiles.field_guessing import guess_field_type, guess_month_first, list_choices
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import (
    ValueContext,
    compute_sort_value,
    find_value_problem,
    parse_birthday,
)

US = ValueContext("US", date(2026, 11, 28))
GERMANY = ValueContext("DE", date(2026, 11, 28))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        (" -3.5 ", -3.5),
        ("1,234", 1234),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1 234", 1234),
        ("0,5", 0.5),
        ("$25", 25),
        ("-€5", -5),
        ("5 €", 5),
        ("٣", 3),
        ("five", 5),
        ("", None),
        ("12%", None),
        ("1e5", None),
        ("nan", None),
        ("inf", None),
        ("5-7", None),
        ("1" * 16, None),
    ],
)
def test_a_number_is_read_with_its_signs(typed, number):
    assert compute_sort_value(FieldType.NUMBER, typed, US) == number


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-05-08", "2026-05-08"),
        ("2026-05-08 00:00:00", "2026-05-08"),
        ("5/8/2026", "2026-05-08"),
        ("5.8.2026", "2026-08-05"),
        ("13/5/1990", "1990-05-13"),
        ("May 8, 1990", "1990-05-08"),
        ("8 May 26", "2026-05-08"),
        ("May 8", None),
        ("Friday", None),
        ("2/30/2026", None),
        ("1990", None),
        ("1/1/0001", None),
    ],
)
def test_a_date_needs_its_year(typed, day):
    assert compute_sort_value(FieldType.DATE, typed, US) == day


def test_the_country_or_the_column_decides_which_number_is_the_month():
    assert compute_sort_value(FieldType.DATE, "5/8/2026", GERMANY) == "2026-08-05"
    column = ValueContext("DE", GERMANY.today, guess_month_first(["5/8/2026", "12/24/2026"]))
    assert compute_sort_value(FieldType.DATE, "5/8/2026", column) == "2026-05-08"
    assert guess_month_first(["5/8/2026", "", "24/12/2026"]) is False
    assert guess_month_first(["5/8/2026", "13.5.2026"]) is None
    assert guess_month_first(["13/5/2026", "5/13/2026"]) is None


def test_a_birthday_is_never_ahead():
    assert parse_birthday("5/8/30", US) == date(1930, 5, 8)
    assert parse_birthday("5/8/19", US) == date(2019, 5, 8)
    assert parse_birthday("5/8/2030", US) is None
    assert parse_birthday("", US) is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *dict.fromkeys(("Yes", "TRUE", "x", "✓", "oui", "1"), "yes").items(),
        *dict.fromkeys(("n", "FALSE", "Nein", "0"), "no").items(),
        *dict.fromkeys(("maybe", "no idea", "paid", "")).items(),
    ],
)
def test_yes_and_no_are_read_in_words_and_marks(typed, value):
    assert compute_sort_value(FieldType.YES_NO, typed, US) == value


def test_words_are_compared_without_accents_and_capitals():
    assert compute_sort_value(FieldType.TEXT, "  Chœur d’Été ", US) == "choeur dete"
    assert compute_sort_value(FieldType.CHOICE, "★", US) == "★"


def test_a_bad_value_gets_a_sentence():
    def explain(field_type, text, choices=()):
        return find_value_problem(field_type, text, US, choices)

    assert explain(FieldType.NUMBER, "many") == "Enter a number, such as 12 or 12.50."
    assert explain(FieldType.DATE, "soon") == "Enter a date, such as Dec 21, 2026."
    assert explain(FieldType.YES_NO, "perhaps") == "Enter yes or no."
    assert explain(FieldType.CHOICE, "Flute", ["Alto", "Bass"]) == "Choose Alto or Bass."
    assert explain(FieldType.CHOICE, "ALTO", ["Alto", "Bass"]) == ""
    assert "no choices yet" in explain(FieldType.CHOICE, "Alto")
    assert explain(FieldType.TEXT, "a" * 1001) == "Use at most 1,000 characters."
    assert [explain(kind, " ") for kind in FieldType] == [""] * 5


@pytest.mark.parametrize(
    ("heading", "cells", "field_type"),
    [
        ("Voice part", ["Alto", "alto", "Bass", "Tenor", ""] * 5, FieldType.CHOICE),
        ("Town", [f"Town {count}" for count in range(30)], FieldType.TEXT),
        ("Town", ["Boulder", "Lyons", "Boulder"], FieldType.TEXT),
        ("Joined", ["5/8/2020", "2019-01-01", "Mar 3, 2021"], FieldType.DATE),
        ("Joined", ["n/a"] + [f"{day}/3/2020" for day in range(1, 29)], FieldType.DATE),
        ("Children", ["0", "1", "1"], FieldType.NUMBER),
        ("Fee", ["$25", "$1,200.50"], FieldType.NUMBER),
        ("Number of children", ["2", "3"], FieldType.NUMBER),
        ("Zip", ["80301", "80302"], FieldType.TEXT),
        ("Badge", ["00123", "00124"], FieldType.TEXT),
        ("Member no.", ["123", "124"], FieldType.TEXT),
        ("Paid", ["x", "", "x"], FieldType.YES_NO),
        ("Paid", ["Yes", "no", "Y"], FieldType.YES_NO),
        ("Paid", ["TRUE", "FALSE"], FieldType.YES_NO),
        ("Paid", ["yes", "half"], FieldType.TEXT),
        ("Notes", ["", " "], FieldType.TEXT),
    ],
)
def test_the_type_of_a_column_is_guessed(heading, cells, field_type):
    assert guess_field_type(heading, cells, US) is field_type


def test_choices_are_the_different_cells_in_their_common_spelling():
    assert list_choices(["alto", "Alto", "Alto", "Bass", "", "x" * 61]) == ["Alto", "Bass"]
    assert len(list_choices(map(str, range(100)))) == 30
