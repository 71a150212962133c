"""What the review warns of in a text: dates, links of shorteners, shouting."""

from datetime import date

import pytest

from app.domain.texts.date_mentions import list_date_problems
from app.domain.texts.risky_texts import find_public_shorteners, is_shouting

SATURDAY_28_NOVEMBER = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Sat Dec 6", "Dec 6 is a Sunday, not a Saturday."),
        ("Saturday, December 6th at 6", "December 6 is a Sunday, not a Saturday."),
        ("Sat., Dec. 6, 2026", "Dec 6 is a Sunday, not a Saturday."),
        ("Saturday, 6 December", "December 6 is a Sunday, not a Saturday."),
        ("on Sat the 6th of Dec", "Dec 6 is a Sunday, not a Saturday."),
        ("Dec 6 (Saturday)", "Dec 6 is a Sunday, not a Saturday."),
        ("Sat 12/26/2027", "12/26/2027 is a Sunday, not a Saturday."),
        ("Mon 12/6", "12/6 is not a Monday."),
        ("Come on Nov 27", "Nov 27 has passed."),
        ("27 November", "November 27 has passed."),
        ("el sábado 6 de diciembre a las 18:00", "diciembre 6 is a Sunday, not a Saturday."),
        ("Sabado, 6 de Diciembre de 2026", "Diciembre 6 is a Sunday, not a Saturday."),
        ("el miércoles 3 de enero", "enero 3 is a Sunday, not a Wednesday."),
        ("martes, 2 de marzo", None),
        ("martes 1 de marzo", "marzo 1 is a Monday, not a Tuesday."),
        ("el 27 de noviembre", "noviembre 27 has passed."),
        ("samedi 6 décembre", "décembre 6 is a Sunday, not a Saturday."),
        ("le lundi 1er février 2027", None),
        ("mardi 1er février 2027", "février 1 is a Monday, not a Tuesday."),
        ("le 14 août 2026", "août 14 has passed."),
        ("mercredi 6.12.", "6.12 is not a Wednesday."),
        ("dimanche 6 decembre", None),
        ("domingo 6 de diciembre", None),
        ("5 de mayo o 3 de enero", None),
    ],
)
def test_a_wrong_date_is_said_in_english_spanish_and_french(text, problem):
    assert list_date_problems(text, SATURDAY_28_NOVEMBER) == ([problem] if problem else [])


@pytest.mark.parametrize(
    "text",
    [
        "Sun Dec 6 at 6 PM",
        "Sunday 6 December",
        "Sun 12/6",
        "Sun 6.12.",
        "Dec 6 (Sunday)",
        "may 5 of you come",
        "1/2 hour on Sat 10:30",
        "Sat 28 Nov",
        "Feb 30",
        "El sábado 5 de diciembre a las 18:00",
    ],
)
def test_a_right_date_or_none_is_not(text):
    assert list_date_problems(text, SATURDAY_28_NOVEMBER) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://bit.ly/x", ["bit.ly"]),
        ("See HTTP://BIT.LY/x and www.tinyurl.com/y", ["bit.ly", "tinyurl.com"]),
        ("Sign up at bit.ly/x.", ["bit.ly"]),
        ("(t.co/1)", ["t.co"]),
        ("lnkd.in/abc", ["lnkd.in"]),
        ("Go to bit.ly.", ["bit.ly"]),
        ("cost.co rabbit.ly/x bit.lyrics.com my-bit.ly", []),
    ],
)
def test_links_of_shorteners_are_found(text, found):
    assert find_public_shorteners(text) == found


@pytest.mark.parametrize(
    ("text", "shouts"),
    [
        ("SALE NOW, EVERYTHING MUST GO", True),
        ("REUNIÓN MAÑANA A LAS SEIS", True),
        ("Hi {first_name|FRIEND}, the YMCA opens at six", False),
        ("YMCA BBQ SAT 6PM", False),
        ("YMCA, NAACP, IBEW and UAW meet", False),
        ("See https://EXAMPLE.ORG/ABCDEFGHIJK now, friends", False),
        ("Mañana a las seis, por favor", False),
        ("明日は休みです。明日は休みです。明日は休みです。", False),
    ],
)
def test_only_long_words_in_capitals_shout(text, shouts):
    assert is_shouting(text) is shouts
