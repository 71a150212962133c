"""Columns with more about people: their fields, language, birthday, second phone and consent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.profiles.field_guessing import guess_month_first
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import ValueContext, parse_birthday
from app.domain.profiles.language_names import parse_language
from app.domain.spreadsheets.column_evidence import sample_people
from app.domain.spreadsheets.column_headings import ColumnKind, PhoneRank, rank_phone_heading
from app.domain.spreadsheets.column_mapping import ColumnMapping, guess_columns
from app.domain.spreadsheets.column_samples import Cells, SampledTable
from app.domain.spreadsheets.field_columns import FieldColumn, KnownField, use_known_field
from app.domain.spreadsheets.heading_rows import find_heading_rows
from app.domain.spreadsheets.heading_words import fold_heading, fold_phrases
from app.domain.spreadsheets.opt_status import (
    OptPolarity,
    count_consents,
    find_heading_polarity,
)
from app.domain.texts.template_fields import fold_field_name

LANGUAGE_HEADINGS = fold_phrases(
    "language|languages|preferred language|primary language|home language|spoken language"
    "|language spoken|language preference|mother tongue|lang|idioma|idiomas|lengua|idioma preferido"
    "|langue|langue préférée|langues|sprache|muttersprache|língua|lingua|taal|язык|język|语言|言語"
)
BIRTHDAY_HEADINGS = fold_phrases(
    "birthday|birthdate|birth date|date of birth|dob|d o b|born|born on|bday|b day"
    "|fecha de nacimiento|cumpleaños|nacimiento|f nacimiento|date de naissance|naissance"
    "|anniversaire|geburtsdatum|geburtstag|geboren|data de nascimento|nascimento|aniversário"
    "|data di nascita|nascita|geboortedatum|дата рождения|data urodzenia|生日|出生日期|生年月日"
)
# A column is what its heading says when so many of its cells are.
MIN_SHARE = 0.5


@dataclass(frozen=True)
class ProfileContext:
    """What is known of the people of a list: how their values are read, and which fields they have.

    `can_create`: new fields can be made.
    """

    values: ValueContext
    fields: Sequence[KnownField]
    can_create: bool = False


def guess_profile_columns(
    rows: Sequence[Cells], profile: ProfileContext, hidden_columns: frozenset[int]
) -> ColumnMapping:
    """Guess the columns as guess_columns() does, and those that say more about the people.

    A column that is headed as a field goes into it. A new field is never guessed: it is made only
    when somebody asks for it.
    """
    context = profile.values
    headings = find_heading_rows(rows, context.region).headings
    fields = _match_known_fields(headings, profile.fields)
    # The field "Mobile" that an export has beside "phone" is no phone if there is another one.
    columns = guess_columns(rows, context.region, hidden_columns | fields.keys())
    table = sample_people(columns, rows, context.region)
    columns = _set_fields(columns, fields)
    guesses = {
        ColumnKind.LANGUAGE: _find_headed(table, LANGUAGE_HEADINGS, parse_language),
        ColumnKind.BIRTHDAY: _find_headed(
            table, BIRTHDAY_HEADINGS, lambda cell: parse_birthday(cell, context)
        ),
        ColumnKind.SECOND_PHONE: _rank_second_phones(table),
    }
    for kind, indexes in guesses.items():
        free = [index for index in indexes if columns.kinds[index] is ColumnKind.IGNORED]
        if columns.has_phones:
            columns = _set_kind(columns, kind, free[:1])
    columns = _set_kind(columns, ColumnKind.OPT_STATUS, _find_consent_columns(columns, table))
    return add_date_orders(columns, rows)


def _match_known_fields(
    headings: Sequence[str], known_fields: Sequence[KnownField]
) -> dict[int, FieldColumn]:
    """Return the field of each column that is headed as one; of two columns the first."""
    fields_by_name = {fold_field_name(field.name): field for field in known_fields}
    columns = {}
    for index, heading in enumerate(headings):
        field = fields_by_name.pop(fold_field_name(heading), None) if heading.strip() else None
        if field is not None:
            columns[index] = use_known_field(field)
    return columns


def _set_fields(columns: ColumnMapping, fields: Mapping[int, FieldColumn]) -> ColumnMapping:
    """Let columns go into fields, where nothing else was found in them."""
    free = {i: field for i, field in fields.items() if columns.kinds[i] is ColumnKind.IGNORED}
    return replace(_set_kind(columns, ColumnKind.FIELD, list(free)), fields=free)


def _set_kind(columns: ColumnMapping, kind: ColumnKind, indexes: Sequence[int]) -> ColumnMapping:
    kinds = list(columns.kinds)
    for index in indexes:
        kinds[index] = kind
    return replace(columns, kinds=tuple(kinds))


def _find_headed(
    table: SampledTable, headings: frozenset[str], parse: Callable[[str], object]
) -> list[int]:
    """Return the columns with one of these headings, of whose cells enough can be parsed."""
    indexes = []
    for index, heading in enumerate(table.headings):
        sample = table.samples[index]
        if sample and fold_heading(heading) in headings:
            unreadable_count = list(map(parse, sample)).count(None)
            if len(sample) - unreadable_count > MIN_SHARE * len(sample):
                indexes.append(index)
    return indexes


def _rank_second_phones(table: SampledTable) -> list[int]:
    """Return the columns of phones by how likely they are of the same person, the best first.

    The phone of a parent or an emergency contact is somebody else's.
    """
    ranks = {}
    for index, heading in enumerate(table.headings):
        rank = rank_phone_heading(heading)
        is_own = rank not in (PhoneRank.NO_TEXTS, PhoneRank.OTHER_PERSON, PhoneRank.UNKNOWN)
        if is_own and table.get_phone_share(index) > MIN_SHARE:
            ranks[index] = rank
    return sorted(ranks, key=lambda index: ranks[index], reverse=True)


def _find_consent_columns(columns: ColumnMapping, table: SampledTable) -> list[int]:
    """Return the columns in which the file says who agreed to texts: "OK to text: yes"."""
    indexes = []
    for index, heading in enumerate(table.headings):
        if columns.kinds[index] is not ColumnKind.IGNORED or not columns.has_phones:
            continue
        if find_heading_polarity(heading) is OptPolarity.CONSENT:
            consent_count = count_consents(table.samples[index], OptPolarity.CONSENT)
            if consent_count > 0:
                indexes.append(index)
    return indexes


def add_date_orders(columns: ColumnMapping, rows: Sequence[Cells]) -> ColumnMapping:
    """Return the mapping with the order of day and month of each column of dates that tells it.

    All rows are looked at: one 5/13/1990 tells how every other cell is read.
    """
    people = rows[columns.heading_row_count :]
    orders = {}
    for index, kind in enumerate(columns.kinds):
        field = columns.fields.get(index)
        is_date = kind is ColumnKind.FIELD and field and field.type is FieldType.DATE
        if is_date or kind is ColumnKind.BIRTHDAY:
            cells = {row[index] for row in people if index < len(row)}
            month_first = guess_month_first(cells)
            if month_first is not None:
                orders[index] = month_first
    return replace(columns, month_first=orders)
