"""The headings of real programs (B2): which column is the phone, the name, the opt-out."""

import pytest

from tests.imports.check_file import check_file, list_kinds

P, N, F, L = "phone", "name", "first_name", "last_name"
ASHA, BEN = "303-555-0142", "303-555-0143"
# Headings, rows, home country, and what each column that is read holds.
EXPORTS = {
    "Breeze": (
        "Breeze ID,First Name,Last Name,Maiden Name,Birthdate,Mobile Phone,Home Phone",
        [f"1234567,Asha,Rao,Patel,05/01/1992,{ASHA},303-555-0150"],
        {"First Name": F, "Last Name": L, "Mobile Phone": P},
    ),
    "Mailchimp": (
        "Email Address,First Name,Last Name,Phone Number,LEID,UNSUB_TIME",
        [f"a@x.org,Asha,Rao,{ASHA},1234567,", f"b@x.org,Ben,Ode,{BEN},1234568,2026-02-01 10:00"],
        {"First Name": F, "Last Name": L, "Phone Number": P, "UNSUB_TIME": "opt_status"},
    ),
    "Constant Contact": (
        "First name,Last name,Phone - mobile,Phone - home,Email permission status,"
        "SMS permission status",
        [f"Asha,Rao,{ASHA},,Unsubscribed,Explicit", f"Ben,Ode,{BEN},,Express,Opted out"],
        {
            "First name": F,
            "Last name": L,
            "Phone - mobile": P,
            "SMS permission status": "opt_status",
        },
    ),
    "Salesforce": (
        "Account Name,First Name,Last Name,Phone,Mobile,Fax,Has Opted Out Of Email",
        [f"Rao Household,Asha,Rao,303-555-0150,{ASHA},,1", f"Ode Household,Ben,Ode,{BEN},,,0"],
        {"First Name": F, "Last Name": L, "Phone": P, "Mobile": P},
    ),
    "HubSpot": (
        "Record ID,First Name,Last Name,Phone Number,Mobile Phone Number,Contact owner",
        [f"12345678901,Asha,Rao,303-555-0150,{ASHA},Admin", f"12345678902,Ben,Ode,{BEN},,Admin"],
        {"First Name": F, "Last Name": L, "Phone Number": P, "Mobile Phone Number": P},
    ),
    "NationBuilder": (
        "first_name,last_name,full_name,mobile_number,work_phone_number,mobile_opt_in",
        [f"Asha,Rao,Asha Rao,{ASHA},,TRUE", f"Ben,Ode,Ben Ode,{BEN},,FALSE"],
        {"first_name": F, "last_name": L, "mobile_number": P, "mobile_opt_in": "opt_status"},
    ),
    "Airtable": (
        "Name,Notes,Status,Phone",
        [f"Asha Rao,sings,Todo,{ASHA}", f"Ben Ode,,Done,{BEN}"],
        {"Name": N, "Phone": P},
    ),
    "Google Forms": (
        "Timestamp,What is your full name?,What is the best number to reach you?,May we text you?",
        [f"11/20/2026 10:22:33,Asha Rao,{ASHA},Yes", f"11/20/2026 10:25:01,Ben Ode,{BEN},No"],
        {
            "What is your full name?": N,
            "What is the best number to reach you?": P,
            "May we text you?": "opt_status",
        },
    ),
    "a chat's export": (
        "Country Code,Phone Number,Public Display Name",
        ["+1,3035550142,Asha", "+52,5512345678,Ana"],
        {"Country Code": "country", "Phone Number": P, "Public Display Name": N},
    ),
    "a school's list": (
        "Student Name,Grade,Parent Name,Parent Cell",
        [f"Kim,3,Asha Rao,{ASHA}", f"Ty,4,Ben Ode,{BEN}"],
        {"Parent Name": N, "Parent Cell": P},
    ),
    "an emergency contact": (
        "Name,Phone,Emergency contact,Emergency phone",
        [f"Asha,{ASHA},Dev,303-555-0150"],
        {"Name": N, "Phone": P},
    ),
}
OUTLOOK = {
    "DE": (
        "Vorname,Nachname,Telefon geschäftlich,Telefon (privat),Mobiltelefon,Haupttelefon\n"
        "Ute,Maier,030 1234567,030 7654321,0171 1234567,0171 1234567\n",
        ("Ute Maier", "+491711234567"),
    ),
    "ES": (
        "Nombre,Segundo nombre,Apellidos,Teléfono particular,Teléfono móvil,Otro teléfono\n"
        "Ana,María,García López,911 234 567,612 345 678,\n",
        ("Ana García López", "+34612345678"),
    ),
    "FR": (
        "Prénom,Nom,Téléphone (bureau),Téléphone (domicile),Tél. mobile\n"
        "Zoé,Martin,01 23 45 67 89,01 98 76 54 32,06 12 34 56 78\n",
        ("Zoé Martin", "+33612345678"),
    ),
}
SINGLE_COLUMNS = {
    "an area code": ("Name,Area Code,Phone\nAsha,303,555-0142\n", "US", "+13035550142"),
    "a German Vorwahl": ("Name;Vorwahl;Rufnummer\nUte;0171;1234567\n", "DE", "+491711234567"),
    "a Brazilian DDD": ("Nome,DDD,Celular\nAna,11,98765-4321\n", "BR", "+5511987654321"),
    "a country's name": ("Name,Country,Cell\nAna,México,55 1234 5678\n", "US", "+525512345678"),
    "two letters": ("Name,Country,Cell\nTom,GB,07921 123456\n", "US", "+447921123456"),
    "a code with zeros": ("Name,Prefix,Cell\nTom,0044,7921123456\n", "US", "+447921123456"),
    "a plus in the number": ("Name,Country,Cell\nTom,US,+447921123456\n", "US", "+447921123456"),
}


@pytest.mark.parametrize("program", EXPORTS)
def test_the_columns_of_a_program_are_known(program):
    headings, rows, kinds = EXPORTS[program]
    assert list_kinds("\n".join([headings, *rows])) == kinds


@pytest.mark.parametrize("region", OUTLOOK)
def test_outlook_is_read_in_its_languages(region):
    text, person = OUTLOOK[region]
    (row,) = check_file(text, region)[1]
    assert (row.name, row.phone) == person


@pytest.mark.parametrize("what", SINGLE_COLUMNS)
def test_what_stands_before_a_number_belongs_to_it(what):
    text, region, phone = SINGLE_COLUMNS[what]
    (row,) = check_file(text, region)[1]
    assert row.phone == phone


def test_a_number_of_the_second_column_fills_a_gap_of_the_first():
    headings, rows, _ = EXPORTS["Salesforce"]
    _, people = check_file("\n".join([headings, *rows]))
    assert [row.phone for row in people] == ["+13035550142", "+13035550143"]


def test_headings_below_a_title_and_in_two_rows_are_found():
    text = "St. Mary's\nPhone tree 2026\n\nFamily,Names,Phone No.\nRao,Asha,303-555-0142\n"
    (row,) = check_file(text)[1]
    assert (row.line, row.name, row.phone) == (5, "Asha Rao", "+13035550142")
    questions = "Day,Name,Phone\nStart day,Your name,Your mobile number\n1,Asha,3035550142\n"
    assert [row.line for row in check_file(questions)[1]] == [3]


@pytest.mark.parametrize(
    "heading_and_cell",
    [
        "OK to text?|no",
        "SMS opt in|N",
        "Opted out|yes",
        "Unsubscribed|TRUE",
        "Opt-out date|3/1/2026",
        "Status|Do not text",
        "Notes|do not contact",
        "Tags|choir; do not text",
        "Subscription status|unsubscribed",
        "Acepta SMS|No",
        "Estado|Dado de baja",
        "Einwilligung|nein",
        "Statut|Désabonnée",
        "SMS|no",
    ],
)
def test_a_column_against_texts_is_seen(heading_and_cell):
    heading, cell = heading_and_cell.split("|")
    _, rows = check_file(f"Name,Phone,{heading}\nAsha,3035550142,{cell}\nBen,3035550143,\n")
    assert [row.verdict for row in rows] == ["opted_out", "new"]


@pytest.mark.parametrize(
    "heading_and_cell",
    [
        "Email opt in|no",
        "Photo consent|no",
        "Member status|Inactive",
        "Opted out|no",
        "OK to text|yes",
        "Newsletter|unsubscribed",
        "Opt-out date|-",
        "Active|no",
    ],
)
def test_what_is_not_against_texts_changes_nothing(heading_and_cell):
    heading, cell = heading_and_cell.split("|")
    _, rows = check_file(f"Name,Phone,{heading}\nAsha,3035550142,{cell}\n")
    assert [row.verdict for row in rows] == ["new"]


@pytest.mark.parametrize(
    "text",
    [
        "+1 303-555-0142; +1 303-555-0143; +1 303-555-0144",
        "+1 303-555-0142, +1 303-555-0143\n+1 303-555-0144,",
        "Asha, +1 303-555-0142, +1 303-555-0143, +1 303-555-0144",
        "+1 303-555-0142 +1 303-555-0143 +1 303-555-0144",
    ],
)
def test_numbers_of_a_group_chat_are_a_person_each(text):
    phones = [row.phone for row in check_file(text)[1] if row.phone]
    assert phones == ["+13035550142", "+13035550143", "+13035550144"]


def test_an_unclear_file_has_nothing_chosen():
    parsed, rows = check_file("A,B,C\nx,12345678901234,99\ny,12345678901235,98\n")
    assert rows == []
    assert "No column is clearly the one" in parsed.columns.problem


@pytest.mark.parametrize("between", [": ", " - ", " ", ", ", "\t"])
def test_lines_of_a_name_and_a_number_are_read(between):
    text = f"Asha Rao{between}303-555-0142\nBen Ode{between}(303) 555-0143\n"
    people = [(row.name, row.phone) for row in check_file(text)[1]]
    assert people == [("Asha Rao", "+13035550142"), ("Ben Ode", "+13035550143")]


def test_a_full_name_is_for_the_rows_without_its_parts():
    text = "Full Name,First Name,Last Name,Phone\nA R,Asha,Rao,3035550142\nBen Ode,,,3035550143\n"
    assert [row.name for row in check_file(text)[1]] == ["Asha Rao", "Ben Ode"]


def test_any_code_is_no_country():
    rows = check_file("Name,Code,Phone\nAsha,44,3035550142\nBen,45,3035550143\n")[1]
    assert [row.phone for row in rows] == ["+13035550142", "+13035550143"]
