"""Which column of a spreadsheet holds the phones and which the names: chosen, or guessed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.spreadsheets.column_headings import NAME_KINDS, ColumnKind
from app.domain.spreadsheets.column_samples import Cells, SampledTable, has_phone_length
from app.domain.spreadsheets.country_columns import find_code_columns
from app.domain.spreadsheets.field_columns import FieldColumn
from app.domain.spreadsheets.group_columns import GROUP_HEADINGS
from app.domain.spreadsheets.heading_rows import (
    HeadingRows,
    find_heading_rows,
    join_heading_rows,
)
from app.domain.spreadsheets.heading_words import fold_heading
from app.domain.spreadsheets.name_columns import find_name_columns, is_possible_name
from app.domain.spreadsheets.opt_status import find_opt_status_columns
from app.domain.spreadsheets.phone_columns import (
    UNCLEAR_PHONE_COLUMN_MESSAGE,
    ColumnMappingError,
    PhoneColumns,
    find_phone_columns,
)

NO_CONTACTS_MESSAGE = "There are no rows in this file, only headings."
NO_PHONE_CHOSEN_MESSAGE = "Choose the column with the phone numbers."
UNLIMITED_KINDS = (
    ColumnKind.PHONE_LABEL,
    ColumnKind.OPT_STATUS,
    ColumnKind.GROUPS,
    ColumnKind.NOTE,
    ColumnKind.FIELD,
    ColumnKind.IGNORED,
)
# Of these a second column fills the gaps of the first; of each other kind one is enough.
SUPPORTING_CELLS: dict[ColumnKind, Callable[[str], bool]] = {
    ColumnKind.PHONE: has_phone_length,
    **dict.fromkeys(NAME_KINDS, is_possible_name),
}
CHOSEN_TWICE_MESSAGE = "Choose “{}” for one column only."


@dataclass(frozen=True)
class ColumnMapping:
    """What each column holds.

    `headings` are () when the first row is a person already. `title_row_count` rows stand above
    the headings and are not read. `order` is the order in which columns of the same kind are
    tried, () for that of the file. `problem` says why no phones are chosen yet. `fields` are the
    fields that columns go into, by index. `month_first` says for each column of dates that tells
    it whether 5/8 is 8 May.
    """

    kinds: tuple[ColumnKind, ...]
    headings: tuple[str, ...]
    title_row_count: int = 0
    order: tuple[int, ...] = ()
    problem: str = ""
    fields: Mapping[int, FieldColumn] = field(default_factory=dict)
    month_first: Mapping[int, bool] = field(default_factory=dict)

    @property
    def heading_row_count(self) -> int:
        """How many rows stand above the first person."""
        return self.title_row_count + 1 if self.headings else 0

    @property
    def has_phones(self) -> bool:
        """Whether a column of phones is chosen."""
        return ColumnKind.PHONE in self.kinds

    @property
    def has_names(self) -> bool:
        """Whether a column of names is chosen."""
        return not set(NAME_KINDS).isdisjoint(self.kinds)

    def column_title(self, index: int) -> str:
        """Return a column's heading, or "Column 3"."""
        heading = self.headings[index].strip() if index < len(self.headings) else ""
        return heading or f"Column {index + 1}"

    def find_index(self, kind: ColumnKind) -> int | None:
        """Return the index of the first column of this kind that is tried, or None."""
        indexes = self.list_indexes(kind)
        return indexes[0] if indexes else None

    def list_indexes(self, kind: ColumnKind) -> list[int]:
        """Return the indexes of the columns of this kind in the order in which they are tried."""
        order = self.order or range(len(self.kinds))
        return [index for index in order if self.kinds[index] is kind]


def guess_columns(
    rows: Sequence[Cells], region: str, hidden_columns: frozenset[int] = frozenset()
) -> ColumnMapping:
    """Guess the columns by their cells, and where these say nothing, by their headings.

    Without a clear column of phones none is chosen and `problem` says so. Raises
    ColumnMappingError without people, or when no cell at all could be a number.
    """
    heading_rows = find_heading_rows(rows, region)
    people = rows[heading_rows.row_count :]
    if not people:
        raise ColumnMappingError(NO_CONTACTS_MESSAGE)
    width = max(map(len, rows))
    padding = ("",) * (width - len(heading_rows.headings))
    table = SampledTable((*heading_rows.headings, *padding), people, region)
    return _guess_kinds(table, heading_rows, hidden_columns)


def _guess_kinds(
    table: SampledTable, heading_rows: HeadingRows, hidden_columns: frozenset[int]
) -> ColumnMapping:
    """Guess what each column holds, the phones first: other kinds depend on them."""
    width = len(table.headings)
    kinds = [ColumnKind.IGNORED] * width
    phones = find_phone_columns(table, hidden_columns)
    order = list(phones.chosen)
    _set_phone_kinds(kinds, phones)
    for index, kind in find_code_columns(table, phones.chosen, _list_taken(kinds)).items():
        kinds[index] = kind
    taken_indexes = {*_list_taken(kinds), *phones.others, *hidden_columns}
    has_headings = bool(heading_rows.headings)
    phone_heading = table.headings[phones.chosen[0]] if phones.chosen else ""
    names = find_name_columns(table, taken_indexes, phone_heading, has_headings=has_headings)
    for kind, indexes in names.items():
        order += indexes
        for index in indexes:
            kinds[index] = kind
    if phones.chosen:
        for index in find_opt_status_columns(table, {*_list_taken(kinds), *phones.others}):
            kinds[index] = ColumnKind.OPT_STATUS
    for index, heading in enumerate(heading_rows.headings):
        if kinds[index] is ColumnKind.IGNORED and fold_heading(heading) in GROUP_HEADINGS:
            kinds[index] = ColumnKind.GROUPS
    order += [index for index in range(width) if index not in order]
    return ColumnMapping(
        tuple(kinds),
        heading_rows.headings,
        max(heading_rows.row_count - 1, 0),
        tuple(order),
        "" if phones.chosen else UNCLEAR_PHONE_COLUMN_MESSAGE,
    )


def _set_phone_kinds(kinds: list[ColumnKind], phones: PhoneColumns) -> None:
    for index in phones.labels:
        kinds[index] = ColumnKind.PHONE_LABEL
    for index in phones.chosen:
        kinds[index] = ColumnKind.PHONE


def _list_taken(kinds: Iterable[ColumnKind]) -> set[int]:
    return {index for index, kind in enumerate(kinds) if kind is not ColumnKind.IGNORED}


def ignore_kinds(columns: ColumnMapping, dropped: Collection[ColumnKind]) -> ColumnMapping:
    """Return the mapping with the columns of these kinds left out of the import."""
    kinds = []
    for kind in columns.kinds:
        kinds.append(ColumnKind.IGNORED if kind in dropped else kind)
    return replace(columns, kinds=tuple(kinds))


def choose_columns(
    kinds: Sequence[str],
    rows: Sequence[Cells],
    has_headings: bool,
    guessed: ColumnMapping | None = None,
) -> ColumnMapping:
    """Return the columns as a person chose them; an unknown kind means "do not import".

    Of two columns of a kind the one that was guessed first, else the fuller one, is tried first.
    Raises ColumnMappingError without a column of phones, or when a kind is chosen twice that
    only one column can have.
    """
    chosen = tuple(map(_parse_kind, kinds))
    if ColumnKind.PHONE not in chosen:
        raise ColumnMappingError(NO_PHONE_CHOSEN_MESSAGE)
    table = SampledTable([""] * len(chosen), rows, "")
    _reject_repeated_kinds(chosen, table)
    headings: tuple[str, ...] = ()
    title_row_count = 0
    if has_headings and rows:
        if guessed is not None and guessed.title_row_count < len(rows):
            title_row_count = guessed.title_row_count
        headings = join_heading_rows(rows, title_row_count)
    return ColumnMapping(chosen, headings, title_row_count, _order_columns(chosen, table, guessed))


def _reject_repeated_kinds(kinds: Sequence[ColumnKind], table: SampledTable) -> None:
    """Raise ColumnMappingError for a kind that is chosen twice, where that is a mistake.

    Two columns of phones or names are none when both hold such cells.
    """
    for kind in ColumnKind:
        indexes = [index for index, chosen in enumerate(kinds) if chosen is kind]
        if len(indexes) < 2 or kind in UNLIMITED_KINDS:
            continue
        is_useful = SUPPORTING_CELLS.get(kind)
        if is_useful is None or not all(any(map(is_useful, table.samples[i])) for i in indexes):
            raise ColumnMappingError(CHOSEN_TWICE_MESSAGE.format(kind.label), indexes[1])


def _order_columns(
    kinds: Sequence[ColumnKind], table: SampledTable, guessed: ColumnMapping | None
) -> tuple[int, ...]:
    """Return the columns in the order in which they are tried."""
    indexes = list(range(len(kinds)))
    if guessed is not None and guessed.order and guessed.kinds == tuple(kinds):
        return guessed.order
    if not any(kinds.count(kind) > 1 for kind in (ColumnKind.PHONE, *NAME_KINDS)):
        return tuple(indexes)
    indexes.sort(key=table.count_filled_cells, reverse=True)
    return tuple(indexes)


def _parse_kind(value: str) -> ColumnKind:
    try:
        # "field:7" and "field:new" say which field.
        return ColumnKind(value.partition(":")[0])
    except ValueError:
        return ColumnKind.IGNORED
