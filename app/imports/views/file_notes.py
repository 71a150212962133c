"""What the page of the check says about a file before its rows."""

from app.core.encoding_tables import ENCODINGS
from app.core.spreadsheets import SheetInfo
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.texts.plurals import pluralize
from app.imports.models import Import
from app.imports.queries import import_rows
from app.imports.queries.import_records import SpreadsheetLayout

SURE_ENCODINGS = ("", "utf-8", "utf-16")
MAX_SHEETS_NAMED = 5
MAX_STATUSES_NAMED = 5
NUMBER_LIST_NOTE = "The file has only numbers and no names. Each number is imported as one person."
NO_NAMES_NOTE = "No column with names was found. Greetings will use your fallback word, or no name."


def describe_file(row: Import, layout: SpreadsheetLayout) -> list[str]:
    """Return the sentences about a file: what was read of it, and what was not."""
    notes = [
        _describe_sheet(layout.sheet),
        _describe_hidden_rows(layout.sheet),
        _describe_titles(layout),
        _describe_encoding(row),
        _describe_other_phones(layout),
        _describe_unread_columns(layout),
        _describe_names(layout),
        _describe_doubtful_statuses(layout),
        _describe_landlines(row),
    ]
    return list(filter(None, notes))


def _describe_sheet(sheet: SheetInfo | None) -> str:
    """Return which sheet was read, when the workbook has more than one."""
    if sheet is None or len(sheet.names) < 2:
        return ""
    other_names = []
    for index, name in enumerate(sheet.names):
        if index != sheet.index:
            other_names.append(f"“{name}”" if sheet.shown[index] else f"“{name}” (hidden)")
    named = ", ".join(other_names[:MAX_SHEETS_NAMED])
    if len(other_names) > MAX_SHEETS_NAMED:
        named += " …"
    count = pluralize(len(other_names), "other sheet is", "other sheets are")
    return f"This is the sheet “{sheet.names[sheet.index]}”. {count} not read: {named}."


def _describe_hidden_rows(sheet: SheetInfo | None) -> str:
    if sheet is None or not sheet.hidden_row_count:
        return ""
    rows = pluralize(sheet.hidden_row_count, "row is", "rows are")
    if sheet.includes_hidden_rows:
        return f"{rows} hidden in the workbook but included."
    return f"{rows} hidden in the workbook and not included. You can include them below."


def _describe_titles(layout: SpreadsheetLayout) -> str:
    if layout.is_number_list and not layout.columns.has_names:
        return NUMBER_LIST_NOTE
    count = layout.columns.title_row_count
    if not count:
        return ""
    verb = "is" if count == 1 else "are"
    rows = pluralize(count, "row")
    return f"The headings are in row {count + 1}. {rows} above them {verb} not imported."


def _describe_encoding(row: Import) -> str:
    encoding = row.encoding or ""
    if encoding in SURE_ENCODINGS:
        return ""
    label = ENCODINGS.get(encoding, encoding)
    return (
        f"The file does not say which character set it uses. It was read as {label}. If names "
        "look wrong, choose another one under “Garbled characters?”."
    )


def _describe_other_phones(layout: SpreadsheetLayout) -> str:
    columns = layout.columns
    titles = layout.unread_phone_titles
    second = columns.find_index(ColumnKind.SECOND_PHONE)
    index = columns.find_index(ColumnKind.PHONE)
    if index is None or not (titles or second is not None):
        return ""
    sentence = f"Numbers are taken from “{columns.column_title(index)}”."
    if second is not None:
        sentence += f" Second phones are taken from “{columns.column_title(second)}”."
    if not titles:
        return sentence
    named = ", ".join(f"“{title}”" for title in titles[:MAX_SHEETS_NAMED])
    return f"{sentence} There are also numbers in {named}: choose below."


def _describe_unread_columns(layout: SpreadsheetLayout) -> str:
    """Return which columns with cells are not imported, where they could be."""
    titles = layout.unread_titles if layout.guessed_types else []
    if not titles or not layout.columns.has_phones:
        return ""
    named = ", ".join(f"“{title}”" for title in titles[:MAX_SHEETS_NAMED])
    if len(titles) > MAX_SHEETS_NAMED:
        named += " …"
    count = pluralize(len(titles), "column is", "columns are")
    return f"{count} not imported: {named}. Choose below what to import."


def _describe_names(layout: SpreadsheetLayout) -> str:
    if layout.columns.has_names or not layout.columns.has_phones:
        return ""
    return NO_NAMES_NOTE


def _describe_doubtful_statuses(layout: SpreadsheetLayout) -> str:
    statuses = layout.doubtful_statuses
    if not statuses or not layout.columns.has_phones:
        return ""
    named = ", ".join(statuses[:MAX_STATUSES_NAMED])
    if len(statuses) > MAX_STATUSES_NAMED:
        named += " …"
    return f"For some people the file says {named}. They are imported like everyone else."


def _describe_landlines(row: Import) -> str:
    count = import_rows.count_landlines(row)
    if not count:
        return ""
    readable = row.added_count + row.changed_count + row.renamed_count + row.same_count
    verb = "is a landline" if count == 1 else "are landlines"
    return f"{count:,} of {readable:,} {verb}, which rarely get texts."
