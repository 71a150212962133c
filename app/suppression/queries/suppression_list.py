"""The page "Do not text": a page of the list, filtered and sorted, and all of it for the export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, text, union_all

from app.core.batch_reading import iterate_in_batches
from app.core.db import db
from app.core.pagination import (
    ListPage,
    ListParams,
    PageWindow,
    choose_page_window,
    clamp_to_last_page,
)
from app.core.search_terms import build_folded_filter
from app.core.unindexed_columns import disable_index
from app.domain.phones.phone_number import extract_digits
from app.suppression.queries.contact_name_source import find_contact_names
from app.suppression.queries.suppression_entries import (
    SuppressionEntry,
    build_suppression_entry,
    load_suppression_entries,
    select_both_lists,
)

# Each is the order of an index of both tables; the last column makes it one order over both.
SORT_COLUMNS = {
    "since": ("created_at", "id", "kind"),
    "name": ("folded_name", "id", "kind"),
    "phone": ("phone", "id", "kind"),
}
SUPPRESSION_SORT_KEYS = tuple(SORT_COLUMNS)
EXPORT_BATCH_ROWS = 1_000
# A filtered list of at most so many rows is found by its filter and sorted. In a larger one the
# rows of a page are soon met on a walk along the index of the order.
SMALL_LIST_ROWS = 2_000


@dataclass(frozen=True)
class SuppressionFilter:
    """A selection of the list: one reason, one source, and only entries since a moment.

    An empty filter selects all of it.
    """

    why: str = ""
    source: str = ""
    since: datetime | None = None


def load_suppression_page(
    params: ListParams, filter_: SuppressionFilter = SuppressionFilter()
) -> ListPage:
    """Return a page of the list. Its search finds names and digits of numbers.

    Entries without a name are shown under the name that another list has for the number.
    """
    lists = _filter_lists(params.search, filter_)
    total = _count_rows(lists)
    params = clamp_to_last_page(total, params)
    if not total:
        return ListPage([], 0, params)
    if total > SMALL_LIST_ROWS:
        lists = _filter_lists(params.search, filter_, by_index=False)
    entries = load_suppression_entries(_select_page_keys(lists, total, params))
    return ListPage(_fill_missing_names(entries), total, params)


def iterate_suppression_entries(
    search: str = "", filter_: SuppressionFilter = SuppressionFilter()
) -> Iterator[SuppressionEntry]:
    """Yield every entry that matches, one list after the other, read in batches."""
    for list_rows in select_both_lists():
        rows = _filter_list(list_rows, search, filter_)
        yield from iterate_in_batches(partial(_fetch_entry_batch, rows))


def _fetch_entry_batch(rows: Select[Any], after_id: int) -> list[tuple[int, SuppressionEntry]]:
    """Return the next entries of one list, each with its id."""
    id_column = rows.selected_columns.id
    batch = rows.where(id_column > after_id).order_by(id_column).limit(EXPORT_BATCH_ROWS)
    entries = list(map(build_suppression_entry, db.session.execute(batch)))
    return [(entry.id, entry) for entry in _fill_missing_names(entries)]


def _count_rows(lists: Sequence[Select[Any]]) -> int:
    """Return how many rows the lists have together, in one statement."""
    counts = []
    for rows in lists:
        count = select(func.count()).select_from(rows.subquery())
        counts.append(count.scalar_subquery())
    return sum(db.session.execute(select(*counts)).one())


def _filter_lists(
    search: str, filter_: SuppressionFilter, *, by_index: bool = True
) -> list[Select[Any]]:
    lists = select_both_lists()
    return [_filter_list(rows, search, filter_, by_index=by_index) for rows in lists]


def _filter_list(
    rows: Select[Any], search: str, filter_: SuppressionFilter, *, by_index: bool = True
) -> Select[Any]:
    columns = rows.selected_columns
    return rows.where(
        *_build_search_conditions(columns, search),
        *_build_filter_conditions(columns, filter_, by_index),
    )


def _build_search_conditions(columns: Any, search: str) -> list[ColumnElement[bool]]:
    """Search the names for anything with a letter in it, else the numbers for its digits."""
    if not search:
        return []
    digits = extract_digits(search)
    if digits and not any(character.isalpha() for character in search):
        return [columns.phone.contains(digits.lstrip("0") or digits)]
    return [build_folded_filter(search, columns.folded_name, columns.name)]


def _build_filter_conditions(
    columns: Any, filter_: SuppressionFilter, by_index: bool
) -> list[ColumnElement[bool]]:
    """Build the conditions of a filter.

    `by_index`: an index may lead to the rows; else they are met along the index of the order.
    """
    source, created_at = columns.source, columns.created_at
    if not by_index:
        source, created_at = disable_index(source), disable_index(created_at)
    conditions: list[ColumnElement[bool]] = []
    if filter_.why:
        conditions.append(columns.why == filter_.why)
    if filter_.source:
        # "event" and "event:12", never "eventually": ":" is followed by ";" in ASCII. Written as
        # a range because an index serves a range.
        conditions += [
            source >= filter_.source,
            source < f"{filter_.source};",
            or_(columns.source == filter_.source, columns.source >= f"{filter_.source}:"),
        ]
    if filter_.since:
        conditions.append(created_at >= filter_.since)
    return conditions


def _select_page_keys(
    lists: Sequence[Select[Any]], total: int, params: ListParams
) -> list[tuple[str, int]]:
    """Return (kind, id) of the rows of a page, in its order.

    Both lists are walked along their indexes at once, from the nearer end.
    """
    window = choose_page_window(total, params.offset, params.per_page)
    keys = []
    for rows in lists:
        key_columns = _choose_key_columns(rows.selected_columns, params.sort)
        keys.append(rows.with_only_columns(*key_columns))
    page = union_all(*keys).order_by(*map(text, _build_order(params, window)))
    page_rows = db.session.execute(page.limit(window.limit).offset(window.offset)).all()
    # A page near the end is read backwards from there.
    if window.is_reversed:
        page_rows = page_rows[::-1]
    return [(row.kind, row.id) for row in page_rows]


def _build_order(params: ListParams, window: PageWindow) -> list[str]:
    """Return the ORDER BY terms, as the indexes have them."""
    direction = "DESC" if params.descending != window.is_reversed else "ASC"
    order = [f"{column} {direction}" for column in SORT_COLUMNS[params.sort]]
    if params.sort == "name":
        # Entries without a name come last in both directions.
        order.insert(0, "nameless DESC" if window.is_reversed else "nameless ASC")
    return order


def _choose_key_columns(columns: Any, sort: str) -> list[Any]:
    """Return the key and the columns of the order; only what the index of the order holds."""
    order_columns = {
        "since": [columns.created_at],
        "phone": [columns.phone],
        "name": [columns.folded_name, columns.folded_name.is_(None).label("nameless")],
    }
    return [columns.kind, columns.id, *order_columns[sort]]


def _fill_missing_names(entries: list[SuppressionEntry]) -> list[SuppressionEntry]:
    names = find_contact_names([entry.phone for entry in entries if not entry.name])
    return [replace(entry, name=entry.name or names.get(entry.phone)) for entry in entries]
