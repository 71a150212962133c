"""Files of the same kinds as the reported ones, written by somebody who had not seen the code."""

import pytest

from app.imports.models import Import
from app.imports.queries.import_records import parse_import_layout
from tests.imports.check_file import check_file

# What each file is, the country, its text, and (name, phone or verdict) of its rows.
FILES = [
    (
        "a column of families beside the last names is no name (ChurchTrac)",
        "US",
        "Family Name,First Name,Last Name,Cell Phone\nRao Family,Asha,Rao,303-555-0142\n",
        [("Asha Rao", "+13035550142")],
    ),
    (
        "a household beside a first name is no last name",
        "US",
        "Name,First Name,Phone\nRao Household,Asha,303-555-0142\n",
        [("Asha", "+13035550142")],
    ),
    (
        "households are better than no name",
        "US",
        "Name,Phone\nRao Household,303-555-0142\nThe Ode Family,303-555-0143\n",
        [("Rao Household", "+13035550142"), ("The Ode Family", "+13035550143")],
    ),
    (
        "an area code beside seven digits",
        "US",
        "Name,Area Code,Number\nAsha,303,555-0142\nBen,303,5550143\n",
        [("Asha", "+13035550142"), ("Ben", "+13035550143")],
    ),
    (
        "a status of texts after which none arrives (Mailchimp)",
        "US",
        "First Name,SMS Phone Number,SMS Status\nAsha,+13035550142,subscribed\n"
        "Ben,+13035550143,Cleaned\nCara,+13035550144,unsubscribed\n",
        [("Asha", "+13035550142"), ("Ben", "opted_out"), ("Cara", "opted_out")],
    ),
    (
        "an opt-out column that is called as its cells would be",
        "ES",
        "Nombre,Teléfono,Baja\nAna,612345678,\nLuis,612345679,sí\nEva,612345680,no\n",
        [("Ana", "+34612345678"), ("Luis", "opted_out"), ("Eva", "+34612345680")],
    ),
    (
        "the stop of a bus is no opt-out",
        "US",
        "Name,Phone,Stop\nAsha,303-555-0142,Main St\n",
        [("Asha", "+13035550142")],
    ),
    (
        "a way of contact that is not a text",
        "US",
        "Name,Phone,Contact Preference\nAsha,303-555-0142,Text\nBen,303-555-0143,Email only\n",
        [("Asha", "+13035550142"), ("Ben", "opted_out")],
    ),
    (
        "a short rest behind a mobile number in a country of open length",
        "AT",
        "Name,Mobil\nA,0664 / 123 45 67 - 12\nB,0664-1234568\nC,0664 1234-569\n",
        [("A", "bad"), ("B", "+436641234568"), ("C", "+436641234569")],
    ),
    (
        "Baltic last names",
        "LT",
        "Vardas,Pavardė,Telefonas\nRūta,Žukauskienė,0612 34567\n",
        [("Rūta Žukauskienė", "+37061234567")],
    ),
    (
        "address cards of an iPhone with groups",
        "US",
        "BEGIN:VCARD\nVERSION:3.0\nN:Rao;Asha;;;\nFN:Asha Rao\nitem1.TEL;type=pref:303-555-0142\n"
        "item1.X-ABLabel:_$!<Mobile>!$_\nTEL;type=HOME:303-555-0140\nEND:VCARD\n",
        [("Asha Rao", "+13035550142")],
    ),
    (
        "labels of phones, the mobile one second (Google, old)",
        "US",
        "Name,Given Name,Family Name,Phone 1 - Type,Phone 1 - Value,"
        "Phone 2 - Type,Phone 2 - Value\n"
        "Ben Ode,Ben,Ode,Work,303-555-0151,Mobile,303-555-0143\n",
        [("Ben Ode", "+13035550143")],
    ),
    (
        "numbers by the names of their countries",
        "FR",
        "Prénom,Pays,Téléphone\nAnne,France,0612345678\nLuc,Côte d'Ivoire,0701234567\n"
        "Paul,Suisse,079 123 45 67\n",
        [("Anne", "+33612345678"), ("Luc", "+2250701234567"), ("Paul", "+41791234567")],
    ),
]


@pytest.mark.parametrize(("kind", "region", "text", "people"), FILES)
def test_the_right_people_come_in(kind, region, text, people):
    _, rows = check_file(text, region)
    assert [
        (row.name, row.phone if row.verdict == "new" else row.verdict) for row in rows
    ] == people


def test_people_who_may_not_be_wanted_are_named_before_they_are_imported(app, visit, send):
    text = "Name,Phone,Status\nAsha,303-555-0142,Active\nBen,303-555-0143,Deceased\n"
    words = visit(send(text).location, "ada").words
    assert "Of some people the file says “Status: Deceased”. They are imported like the" in words


def test_an_import_that_an_older_release_checked_has_no_such_note(app):
    row = Import(columns='{"kinds": ["phone"], "headings": [], "first_rows": [], "delimiter": ","}')
    assert parse_import_layout(row).doubtful_statuses == []
