"""Files of the same kinds as the reported ones, written by somebody who had not seen the code."""

import io
import json

import pytest
from openpyxl import Workbook

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
    (
        "answers of a form that begin with no",
        "FR",
        "Prénom,Portable,Acceptez-vous de recevoir des SMS ?\nAnne,0612345678,Oui\n"
        "Luc,0612345679,Non merci\nEva,0612345680,no preference\n",
        [("Anne", "+33612345678"), ("Luc", "opted_out"), ("Eva", "+33612345680")],
    ),
    (
        "consent in Chinese",
        "CN",
        "姓名,电话,接收短信\n王小明,13800138000,是\n李雷,13900139000,否\n",
        [("王小明", "+8613800138000"), ("李雷", "opted_out")],
    ),
    (
        "consent in Japanese",
        "JP",
        "氏名,携帯番号,SMS配信\n山田太郎,090-1234-5678,希望する\n佐藤花子,080-1234-5678,希望しない\n",
        [("山田太郎", "+819012345678"), ("佐藤花子", "opted_out")],
    ),
    (
        "lines with the number first",
        "US",
        "303-555-0142 Asha Rao\n(303) 555-0143 - Ben Ode\n",
        [("Asha Rao", "+13035550142"), ("Ben Ode", "+13035550143")],
    ),
    (
        "numbered lines",
        "US",
        "1. Asha Rao 303-555-0142\n2. Ben Ode 303-555-0143\n",
        [("Asha Rao", "+13035550142"), ("Ben Ode", "+13035550143")],
    ),
]
# What stands above the numbers and what of it is named on the page.
DOUBTFUL_COLUMNS = [
    ("Status", ("Active", "Deceased"), "“Status: Deceased”"),
    ("Active", ("TRUE", "FALSE"), "“Active: FALSE”"),
    ("Line type", ("mobile", "landline"), "“Line type: landline”"),
    ("I agree to get text messages", ("I agree", ""), "“I agree to get text messages: (nothing)”"),
    ("Status", ("Active", "active"), ""),
]


@pytest.mark.parametrize(("kind", "region", "text", "people"), FILES)
def test_the_right_people_come_in(kind, region, text, people):
    _, rows = check_file(text, region)
    assert [
        (row.name, row.phone if row.verdict == "new" else row.verdict) for row in rows
    ] == people


@pytest.mark.parametrize(("heading", "cells", "named"), DOUBTFUL_COLUMNS)
def test_what_speaks_against_a_person_is_named(heading, cells, named):
    lines = [f"Name,Phone,{heading}"]
    lines += [f"Asha,303-555-014{row},{cell}" for row, cell in enumerate(cells)]
    parsed, rows = check_file("\n".join(lines))
    assert json.loads(parsed.layout)["doubtful_statuses"] == ([named] if named else [])
    assert [row.verdict for row in rows] == ["new", "new"]


def test_people_behind_a_cover_are_found():
    book = Workbook()
    book.active.append(["How to fill this list"])
    book.active.append(["Call 303-555-0199 for help"])
    hidden = book.create_sheet("Old")
    hidden.append(["Name", "Phone"])
    hidden.append(["Gone", "303-555-0140"])
    hidden.sheet_state = "veryHidden"
    people = book.create_sheet("Members")
    people.append(["Name", "Phone"])
    people.append(["Asha", "303-555-0142"])
    data = io.BytesIO()
    book.save(data)
    parsed, rows = check_file(data.getvalue())
    assert [(row.name, row.phone) for row in rows] == [("Asha", "+13035550142")]
    assert json.loads(parsed.layout)["sheet"]["index"] == 2


def test_people_who_may_not_be_wanted_are_named_before_they_are_imported(app, visit, send):
    text = "Name,Phone,Status\nAsha,303-555-0142,Active\nBen,303-555-0143,Deceased\n"
    words = visit(send(text).location, "ada").words
    assert (
        "For some people the file says “Status: Deceased”. They are imported like everyone" in words
    )


def test_an_import_that_an_older_release_checked_has_no_such_note(app):
    row = Import(columns='{"kinds": ["phone"], "headings": [], "first_rows": [], "delimiter": ","}')
    assert parse_import_layout(row).doubtful_statuses == []
