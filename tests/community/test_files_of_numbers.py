"""Whole files of numbers as spreadsheets leave them: P01 to P08 of the people's cases."""

import pytest

from app.core.db import write
from app.organisation import queries as organisation

FILES = [
    (
        "DE",
        "Name;Telefon\nUte;491711234567\nJan;4915112345678\nTom;0171 1234568\n",
        ["+49 171 1234567", "+49 1511 2345678", "+49 171 1234568", "Import 3 people"],
    ),
    (
        "DE",
        "Name,Telefon\nUte,1711234567.0\nTom,0171 1234568\n",
        ["+49 171 1234567", "Import 2 people"],
    ),
    (
        "DE",
        "Name;Telefon\nUte und Jan;0171 1234567/8\nEva;0171/1234569\n",
        ["two numbers in one field", "new 1 need fixing 1", "Import 1 person"],
    ),
    (
        "AR",
        "Nombre,Celular\nAsha Rao,+54 9 11 2345-6789\nAsha Rao,+54 11 2345-6789\n",
        ["new 1 duplicates in the file 1", "+54 9 11 2345 6789", "Import 1 person"],
    ),
    (
        "MX",
        "Nombre,Celular\nA,521 55 1234 5671\nC,+52 1 55 1234 5673\nD,55 1234 5674\n",
        ["no longer have a 1 after 52: 55 1234 5671", "Import 1 person"],
    ),
    (
        "BR",
        "Nome,Celular\nA,(11) 8765-4321\nC,(11) 98765-4321\n",
        ["start with a 9: (11) 98765-4321", "Import 1 person"],
    ),
    (
        "CI",
        "Nom,Mobile\nAwa,08 12 34 56\nBa,708123456\nCi,07 08 12 34 57\n",
        ["ten digits since 2021: 07 08 12 3456", "Its first 0 is missing", "Import 1 person"],
    ),
    (
        "US",
        "Name,Cell\nA,447921123456\nF,3035550142\n",
        ["With + it is +44 7921 123456 (Britain, UK)", "Import 1 person"],
    ),
]


@pytest.mark.parametrize(("region", "file", "sentences"), FILES)
def test_the_check_page_says_what_each_number_is(app, visit, address_of, region, file, sentences):
    with app.app_context(), write():
        organisation.get_organisation().region = region
    page = visit(address_of(file.encode()), "ada").words
    for sentence in sentences:
        assert sentence in page, page
