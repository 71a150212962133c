"""Reads and checks a file as an upload does, without a server or a database."""

from app.domain.spreadsheets.contact_rows import ContactReader
from app.imports.actions.row_checking import PhoneNumberRules, check_rows
from app.imports.actions.spreadsheet_parsing import parse_spreadsheet


def check_file(data, region="US"):
    """Return the parsed file and its checked rows, none while no phones are chosen."""
    data = data.encode() if isinstance(data, str) else data
    parsed = parse_spreadsheet(data, region)
    if not parsed.columns.has_phones:
        return parsed, []
    reader = ContactReader(parsed.columns, region)
    people = list(parsed.rows)[parsed.columns.heading_row_count :]
    return parsed, check_rows(people, reader, PhoneNumberRules(region, {}))


def list_kinds(data, region="US"):
    """Return which columns hold what, by their titles, without those that are not imported."""
    columns = check_file(data, region)[0].columns
    titles = {}
    for index, kind in enumerate(columns.kinds):
        if kind != "nothing":
            titles[columns.column_title(index)] = str(kind)
    return titles
