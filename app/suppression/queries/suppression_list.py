"""Reading the page "Do not text": a page of it, one line, all of it for the export."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    case,
    func,
    literal,
    null,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from app.core.db import db
from app.core.pagination import (
    ListPage,
    ListParams,
    choose_page_window,
    clamp_to_last_page,
)
from app.core.search_terms import build_text_filter
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_number import extract_digits
from app.suppression.models import (
    CARRIER_SOURCE,
    INBOUND_SOURCE,
    MANUAL_SOURCE,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)

# what the person said by phone, to us or to the carrier
OWNER_SOURCES = frozenset({INBOUND_SOURCE, CARRIER_SOURCE})
SOURCE_LABELS = {
    INBOUND_SOURCE: "By text",
    MANUAL_SOURCE: "Put here by hand",
    CARRIER_SOURCE: "Twilio says so",
    "import": "From an imported list",
    "community": "From the community page",
    "event": "From an event's page",
}
LIST_KINDS = ("unsubscribed", "suppressed")
# Each is the order of an index of both tables; the last column makes it one order over both.
SORT_COLUMNS = {
    "since": ("created_at", "id", "kind"),
    "name": ("name COLLATE NOCASE", "id", "kind"),
    "phone": ("phone", "id", "kind"),
}
SUPPRESSION_SORT_KEYS = tuple(SORT_COLUMNS)
EXPORT_BATCH_ROWS = 1_000
# a part of the list as small as this is sorted; of a larger one the next rows are soon met on a
# walk
SMALL_LIST_ROWS = 2_000


@dataclass(frozen=True)
class SuppressionEntry:
    """A line of the page: a number that gets no texts, and why. `kind` and `id` name its row."""

    kind: str
    id: int
    name: str | None
    phone: str
    why: SkipReason
    source: str
    note: str | None
    since: datetime

    @property
    def is_owner_only(self) -> bool:
        """Whether only the phone's owner can take this back."""
        return is_owner_opt_out(self.source, self.why)

    @property
    def evidence_text(self) -> str:
        """How we know, in plain words."""
        words = SOURCE_LABELS.get(self.source.partition(":")[0], self.source)
        if self.note and self.source == INBOUND_SOURCE:
            return self.note  # it quotes what they texted
        return " · ".join(filter(None, [words, self.note]))


def is_owner_opt_out(source: str | None, why: SkipReason) -> bool:
    """Whether an entry of this source is an opt-out that only the phone's owner can take back."""
    return why == SkipReason.SAID_STOP and source in OWNER_SOURCES


@dataclass(frozen=True)
class SuppressionFilter:
    """A part of the list: one reason, one source, and only what is there since a moment.

    Nothing set: all of it.
    """

    why: str = ""
    source: str = ""
    since: datetime | None = None


def load_suppression_page(
    asked: ListParams, narrowed: SuppressionFilter = SuppressionFilter()
) -> ListPage:
    """A page of everybody on either list, newest first unless asked otherwise; found by name or
    by digits.

    A number that does not work has no name on its list: it is shown under the one that other
    lists have.
    """
    lists = [_filter_list(each, asked.search, narrowed) for each in _select_lists()]
    counts = [select(func.count()).select_from(each.subquery()).scalar_subquery() for each in lists]
    total = db.session.scalar(select(counts[0] + counts[1])) or 0
    asked = clamp_to_last_page(total, asked)
    if not total:
        return ListPage([], 0, asked)
    if total > SMALL_LIST_ROWS:
        lists = [
            _filter_list(each, asked.search, narrowed, by_index=False) for each in _select_lists()
        ]
    return ListPage(
        _fill_missing_names(_load_entries(_select_page_keys(lists, total, asked))),
        total,
        asked,
    )


def _filter_list(
    of_list: Select[Any],
    search: str,
    narrowed: SuppressionFilter,
    *,
    by_index: bool = True,
) -> Select[Any]:
    columns = of_list.selected_columns
    return of_list.where(
        *_build_search_conditions(columns, search),
        *_build_filter_conditions(columns, narrowed, by_index),
    )


def _select_page_keys(
    lists: Sequence[Select[Any]], total: int, asked: ListParams
) -> list[tuple[str, int]]:
    """Which rows a page shows: both lists are walked along their indexes at once, from the
    nearer end.
    """
    walk, sort = choose_page_window(total, asked.offset, asked.per_page), asked.sort
    rows = union_all(
        *(
            each.with_only_columns(*_select_key_columns(each.selected_columns, sort))
            for each in lists
        )
    )
    way = "DESC" if asked.descending != walk.is_reversed else "ASC"
    # in both directions those without a name come last
    first = [f"nameless {'DESC' if walk.is_reversed else 'ASC'}"] if sort == "name" else []
    order = [*first, *(f"{each} {way}" for each in SORT_COLUMNS[sort])]
    found = db.session.execute(
        rows.order_by(*map(text, order)).limit(walk.limit).offset(walk.offset)
    ).all()
    return [(row.kind, row.id) for row in (reversed(found) if walk.is_reversed else found)]


def _select_key_columns(columns: Any, sort: str) -> list[Any]:
    """What names a row, and what its order goes by; nothing that an index of that order does
    not hold.
    """
    by = {"since": [columns.created_at], "phone": [columns.phone]}
    return [
        columns.kind,
        columns.id,
        *by.get(sort, [columns.name, columns.name.is_(None).label("nameless")]),
    ]


def _load_entries(keys: Sequence[tuple[str, int]]) -> list[SuppressionEntry]:
    """These lines of the page, in this order."""
    rows = union_all(*(
        each.where(each.selected_columns.id.in_([id_ for of_list, id_ in keys if of_list == kind]))
        for kind, each in zip(LIST_KINDS, _select_lists(), strict=True)
    ))  # fmt: skip
    found = {(row.kind, row.id): _build_entry(row) for row in db.session.execute(rows)}
    return [found[key] for key in keys if key in found]


def _build_filter_conditions(
    columns: Any, narrowed: SuppressionFilter, by_index: bool
) -> list[ColumnElement[bool]]:
    """`by_index`: an index may lead to these rows; else they are met along the index of their
    order.
    """
    source, since = (
        columns[name] if by_index else _disable_index(columns[name])
        for name in ("source", "created_at")
    )
    conditions: list[ColumnElement[bool]] = [columns.why == narrowed.why] if narrowed.why else []
    if (
        narrowed.source
    ):  # "event" and "event:12", never "eventually"; as a range, which an index knows
        own, first, behind = (
            narrowed.source,
            f"{narrowed.source}:",
            f"{narrowed.source};",
        )
        conditions += [
            source >= own,
            source < behind,
            or_(columns.source == own, columns.source >= first),
        ]
    if narrowed.since:
        conditions.append(since >= narrowed.since)
    return conditions


def _disable_index(column: Any) -> Any:
    """A column whose indexes SQLite leaves alone: the unary plus is its own sign for that."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def iterate_suppression_entries(
    search: str = "", narrowed: SuppressionFilter = SuppressionFilter()
) -> Iterator[SuppressionEntry]:
    """Every line of the list or of a part of it, one list after the other, read in slices: a
    long export holds no snapshot of the database.
    """
    for of_list in _select_lists():
        rows, last = _filter_list(of_list, search, narrowed), 0
        number = rows.selected_columns.id
        while some := db.session.execute(
            rows.where(number > last).order_by(number).limit(EXPORT_BATCH_ROWS)
        ).all():
            db.session.rollback()
            yield from _fill_missing_names([_build_entry(row) for row in some])
            last = some[-1].id


# These lists stand in rooms above this one: it knows of them only what it reads.
SELECT_NAMES = text("""
    SELECT value, coalesce(
        (SELECT name FROM community_members WHERE phone = value),
        (SELECT name FROM event_registrations WHERE phone = value AND name IS NOT NULL ORDER BY id DESC LIMIT 1),
        (SELECT name FROM messages WHERE phone = value AND name IS NOT NULL ORDER BY id DESC LIMIT 1))
    FROM json_each(:phones)
""")


def _fill_missing_names(entries: list[SuppressionEntry]) -> list[SuppressionEntry]:
    phones = [entry.phone for entry in entries if not entry.name]
    if not phones:
        return entries
    names = {
        row[0]: row[1] for row in db.session.execute(SELECT_NAMES, {"phones": json.dumps(phones)})
    }
    return [entry if entry.name else replace(entry, name=names[entry.phone]) for entry in entries]


def find_suppression_entry(kind: str, id: int) -> SuppressionEntry | None:
    """One line of the page."""
    return next(iter(_load_entries([(kind, id)])), None)


def find_suppression_entries_by_phone(phone: str) -> list[SuppressionEntry]:
    """The lines of one number: none, one, or one of each list."""
    rows = union_all(
        *(each.where(each.selected_columns.phone == phone) for each in _select_lists())
    )
    return [_build_entry(row) for row in db.session.execute(rows)]


def _select_lists() -> list[Select[Any]]:
    """Who said STOP, and whose number does not work (in this order, as KINDS), with the same
    columns.
    """
    stop, bad = UnsubscribedContact, SuppressedContact
    said_stop, dead = (
        literal(SkipReason.SAID_STOP.value),
        literal(SkipReason.NUMBER_DEAD.value),
    )
    stops = select(
        literal(LIST_KINDS[0]).label("kind"),
        stop.id,
        stop.name,
        stop.phone,
        said_stop.label("why"),
        stop.source,
        stop.reason,
        stop.created_at,
    )
    suppressed = select(
        literal(LIST_KINDS[1]).label("kind"),
        bad.id,
        type_coerce(null(), String).label("name"),
        bad.phone,
        case((bad.category == SuppressionCategory.OPT_OUT, said_stop), else_=dead).label("why"),
        bad.source,
        bad.reason,
        bad.created_at,
    ).where(bad.category != SuppressionCategory.SOFT_FAIL)
    return [stops, suppressed]


def _build_search_conditions(columns: Any, search: str) -> list[ColumnElement[bool]]:
    """Letters search names, in any case; anything without letters searches by its digits."""
    if not search:
        return []
    digits = extract_digits(search)
    if digits and not any(sign.isalpha() for sign in search):
        return [columns.phone.contains(digits.lstrip("0") or digits)]
    return [build_text_filter(search, columns.name)]


def _build_entry(row: Row[Any]) -> SuppressionEntry:
    return SuppressionEntry(
        row.kind,
        row.id,
        row.name,
        row.phone,
        SkipReason(row.why),
        row.source or "",
        row.reason,
        row.created_at,
    )
