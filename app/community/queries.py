"""Reading the members: a page of the list, one person, the audience of a blast, the export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    column,
    func,
    or_,
    select,
    table,
    text,
)

from app.community.models import CommunityMember
from app.core.db import db
from app.core.pagination import (
    MAX_SEARCH_RESULTS,
    ListParams,
    SearchResultPage,
    choose_page_window,
    clamp_to_last_page,
)
from app.core.search_terms import extract_search_digits, list_case_variants
from app.domain.delivery.skip_reasons import SkipReason
from app.suppression.queries import select_suppression_reason

MEMBER_SORTS = ("name", "phone", "created_at")
# Each is the order of one index of the table, with the column that makes it total.
ORDER_COLUMNS = {
    "name": ("name IS NULL", "name COLLATE NOCASE", "id"),
    "phone": ("phone",),
    "created_at": ("created_at", "id"),
}
MAX_ID_LOOKUPS = 2_000  # up to here, looking rows up one by one beats walking along an index
TRIGRAM_CHARACTERS = 3
EXPORT_SLICE_ROWS = 1_000
SEARCH_TABLE = table("community_search", column("rowid"))


@dataclass(frozen=True, slots=True)
class MemberListRow:
    """One person on the list, and why they are left out of blasts (None: they are not)."""

    id: int
    name: str | None
    phone: str
    created_at: datetime
    left_out: SkipReason | None


def count_members() -> int:
    """How many members there are."""
    return db.session.scalar(select(func.count()).select_from(CommunityMember)) or 0


def find_member(member_id: int) -> CommunityMember | None:
    """One member."""
    return db.session.get(CommunityMember, member_id)


def select_community_audience() -> Select[str | None, str, SkipReason | None]:
    """(name, phone, left_out) of every member in id order: the audience of a blast to the
    community.
    """
    who = select(
        CommunityMember.name,
        CommunityMember.phone,
        select_suppression_reason(CommunityMember.phone).label("left_out"),
    )
    return who.order_by(CommunityMember.id)


def iterate_members() -> Iterator[tuple[str | None, str]]:
    """(name, phone) of every member in id order, read in slices: a long export holds no
    snapshot of the database.
    """
    last = 0
    rows = select(CommunityMember.id, CommunityMember.name, CommunityMember.phone).order_by(
        CommunityMember.id
    )
    while some := db.session.execute(
        rows.where(CommunityMember.id > last).limit(EXPORT_SLICE_ROWS)
    ).all():
        db.session.rollback()
        yield from ((name, phone) for _, name, phone in some)
        last = some[-1][0]


def paginate_members(asked: ListParams, region: str) -> SearchResultPage:
    """A page of the list. A search finds parts of names, and parts of numbers in any spelling.

    `region` is the country of numbers that are searched without their country code.
    """
    if asked.search:
        return _search_members(asked, region)
    total = count_members()
    asked = clamp_to_last_page(total, asked)
    return SearchResultPage(_load_member_rows(_load_page_ids(total, asked)), total, asked)


def _load_page_ids(total: int, asked: ListParams) -> list[int]:
    """The ids of one page, read from the nearer end of the index."""
    walk = choose_page_window(total, asked.offset, asked.per_page)
    ids = select(CommunityMember.id).order_by(
        *_build_order(asked.sort, asked.descending != walk.is_reversed)
    )
    found = db.session.scalars(ids.offset(walk.offset).limit(walk.limit)).all()
    return list(reversed(found)) if walk.is_reversed else list(found)


def _search_members(asked: ListParams, region: str) -> SearchResultPage:
    found = select(CommunityMember.id).where(_MemberSearch(asked.search, region).build_condition())
    found = found.order_by(*_build_order(asked.sort, asked.descending)).limit(
        MAX_SEARCH_RESULTS + 1
    )
    ids = list(db.session.scalars(found))
    more, ids = len(ids) > MAX_SEARCH_RESULTS, ids[:MAX_SEARCH_RESULTS]
    asked = clamp_to_last_page(len(ids), asked)
    return SearchResultPage(
        _load_member_rows(ids[asked.offset :][: asked.per_page]), len(ids), asked, more
    )


def _build_order(sort: str, descending: bool) -> list[TextClause]:
    """Every column the same way round, so that one index serves both directions."""
    return [text(f"{each} {'DESC' if descending else 'ASC'}") for each in ORDER_COLUMNS[sort]]


def _load_member_rows(ids: Sequence[int]) -> list[MemberListRow]:
    """The people with these ids, in this order."""
    columns = (
        CommunityMember.id,
        CommunityMember.name,
        CommunityMember.phone,
        CommunityMember.created_at,
    )
    rows = db.session.execute(
        select(*columns, select_suppression_reason(CommunityMember.phone)).where(
            CommunityMember.id.in_(ids)
        )
    )
    by_id = {row[0]: MemberListRow(*row) for row in rows}
    return [by_id[each] for each in ids if each in by_id]


def build_member_search_condition(search: str, region: str) -> ColumnElement[bool]:
    """For a select of members: whose name or number contains what was typed."""
    return _MemberSearch(search, region).build_condition()


class _MemberSearch:
    """What somebody types into the search: a part of a name, or of a number in whatever
    spelling.
    """

    def __init__(self, search: str, region: str) -> None:
        self.search_text = search
        self.digit_strings = extract_search_digits(search, region)

    def build_condition(self) -> ColumnElement[bool]:
        """Through the search table where that finds few; else the walk along an index (14 ms
        for 100,000 members).
        """
        terms = [
            ("name", self.search_text),
            *(("phone", number) for number in self.digit_strings),
        ]
        if all(len(term) >= TRIGRAM_CHARACTERS for _, term in terms):
            question = " OR ".join(
                f'{where} : "{_escape_search_term(term)}"' for where, term in terms
            )
            found = select(SEARCH_TABLE.c.rowid).where(
                text("community_search MATCH :question").bindparams(question=question)
            )
            few = select(func.count()).select_from(found.limit(MAX_ID_LOOKUPS + 1).subquery())
            if (db.session.scalar(few) or 0) <= MAX_ID_LOOKUPS:
                return CommunityMember.id.in_(found)
        return self._build_substring_condition()

    def _build_substring_condition(self) -> ColumnElement[bool]:
        names = (
            CommunityMember.name.contains(each, autoescape=True)
            for each in list_case_variants(self.search_text)
        )
        return or_(
            *names,
            *(CommunityMember.phone.contains(number) for number in self.digit_strings),
        )


def _escape_search_term(term: str) -> str:
    return term.replace('"', '""')
