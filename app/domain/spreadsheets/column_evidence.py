"""What speaks for the kind of a column, in a sentence a column, for the page of the check."""

from collections.abc import Sequence

from app.domain.spreadsheets.column_headings import NAME_KINDS, ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.column_samples import Cells, SampledTable
from app.domain.spreadsheets.country_columns import find_country_region
from app.domain.spreadsheets.name_columns import is_possible_name
from app.domain.spreadsheets.opt_status import (
    count_consents,
    get_column_polarity,
    list_doubtful_values,
    wants_no_texts,
)
from app.domain.texts.plurals import pluralize

EMPTY_COLUMN_MESSAGE = "This column is empty."
OTHER_PHONES_MESSAGE = "{} of {} can be texted too."
FALLBACK_MESSAGE = "Used where “{}” is empty."
# A column that is not imported is mentioned when so many of its cells are phones.
MIN_OTHER_PHONE_SHARE = 0.5


def sample_people(columns: ColumnMapping, rows: Sequence[Cells], region: str) -> SampledTable:
    """Return the people of a table with the titles of their columns.

    `rows` are all rows of the table, with the headings.
    """
    people = rows[columns.heading_row_count :]
    titles = [columns.column_title(index) for index in range(len(columns.kinds))]
    return SampledTable(titles, people, region)


def explain_columns(columns: ColumnMapping, table: SampledTable) -> tuple[str, ...]:
    """Return for each column a sentence that supports its kind, "" where there is none."""
    indexes = range(len(columns.kinds))
    return tuple(_explain_column(columns, table, index) for index in indexes)


def list_doubtful_statuses(table: SampledTable) -> list[str]:
    """Return what the file says of people who may want no texts: "“Status: Deceased”"."""
    statuses: list[str] = []
    for index, title in enumerate(table.headings):
        statuses.extend(f"“{title}: {value}”" for value in list_doubtful_values(table, index))
    return statuses


def _explain_column(columns: ColumnMapping, table: SampledTable, index: int) -> str:
    """Return the sentence that supports the kind of one column, "" for none."""
    kind = columns.kinds[index]
    sample = table.samples[index]
    if kind is ColumnKind.IGNORED:
        return _explain_ignored_column(table, index)
    if not sample:
        return EMPTY_COLUMN_MESSAGE
    count, evidence = _count_evidence(kind, table, index)
    sentence = f"{count} of {pluralize(len(sample), 'cell')} {evidence}." if evidence else ""
    if kind is ColumnKind.OPT_STATUS:
        polarity = get_column_polarity(table.headings[index])
        yes_count = count_consents(sample, polarity)
        sentence += f" {yes_count} say: texts are OK." if yes_count else ""
    is_labelled = kind is ColumnKind.PHONE and ColumnKind.PHONE_LABEL in columns.kinds
    first = columns.find_index(kind)
    if kind in (ColumnKind.PHONE, *NAME_KINDS) and first not in (None, index) and not is_labelled:
        assert first is not None
        return f"{sentence} {FALLBACK_MESSAGE.format(columns.column_title(first))}"
    return sentence


def _explain_ignored_column(table: SampledTable, index: int) -> str:
    if table.get_phone_share(index) <= MIN_OTHER_PHONE_SHARE:
        return ""
    cells = pluralize(len(table.samples[index]), "cell")
    return OTHER_PHONES_MESSAGE.format(table.valid_phone_counts[index], cells)


def _count_evidence(kind: ColumnKind, table: SampledTable, index: int) -> tuple[int, str]:
    """Return how many cells support this kind, and what they are; "" for nothing to say."""
    sample = table.samples[index]
    if kind is ColumnKind.PHONE:
        return table.valid_phone_counts[index], "can be texted"
    if kind in NAME_KINDS:
        return sum(map(is_possible_name, sample)), "could be names"
    if kind is ColumnKind.COUNTRY:
        return sum(bool(find_country_region(cell)) for cell in sample), "name a country"
    if kind is ColumnKind.OPT_STATUS:
        polarity = get_column_polarity(table.headings[index])
        return sum(wants_no_texts(cell, polarity) for cell in sample), "say: no texts"
    return 0, ""
