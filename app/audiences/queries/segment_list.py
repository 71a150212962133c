"""The list of segments: what each means, how many people it has, and when it was texted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from app.accounts.queries import find_shown_names
from app.audiences.queries.segment_people import count_people_of_rules
from app.audiences.queries.segment_records import SegmentReading, read_segments
from app.audiences.segment_models import Segment
from app.community.member_conditions import select_member_count
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.list_order import build_list_order
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_text_filter
from app.delivery.queries.group_blasts import find_last_texted_times
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import PartKind
from app.domain.audiences.segment_rules import SegmentRule
from app.domain.texts.plurals import pluralize

SEGMENT_SORT_KEYS = ("name", "created")
# Counting a segment looks at every member: 0.3 µs each.
MAX_PEOPLE_LOOKED_AT = 150_000


@dataclass(frozen=True)
class SegmentListRow:
    """A segment on the list. `count` is None where counting it would take too long."""

    reading: SegmentReading
    count: int | None
    maker: str
    last_texted_at: datetime | None


class SegmentListPage(ListPage):
    """A page of segments."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 segment, 20 segments."""
        return pluralize(self.total, "segment")

    @property
    def has_uncounted(self) -> bool:
        """Whether some rows have no count."""
        return any(row.count is None for row in self.rows)


def paginate_segments(params: ListParams, role: Role) -> SegmentListPage:
    """Return a page of the segments that a user with this role may see."""
    statement = select(Segment)
    if params.search:
        row = Segment
        is_match = build_text_filter(params.search, row.name, row.description, row.sentence)
        statement = statement.where(is_match)
    # The total and the size of the community come with the rows, in one statement.
    counted: Select[Any] = statement.add_columns(func.count().over(), select_member_count())
    rows = _fetch_rows(counted, params)
    if not rows and params.number > 1:
        total = count_rows(statement.subquery())
        params = clamp_to_last_page(total, params)
        rows = _fetch_rows(counted, params)
    total, member_count = (rows[0][1], rows[0][2]) if rows else (0, 0)
    readings = read_segments([row[0] for row in rows], role)
    visible_readings = [reading for reading in readings if not reading.is_hidden]
    listed = _build_rows(visible_readings, member_count)
    return SegmentListPage(listed, total - (len(readings) - len(visible_readings)), params)


def _fetch_rows(statement: Select[Any], params: ListParams) -> Sequence[Any]:
    page = statement.order_by(*_build_order(params)).offset(params.offset).limit(params.per_page)
    return db.session.execute(page).all()


def _build_order(params: ListParams) -> list[ColumnElement[Any]]:
    columns = {"name": Segment.folded_name, "created": Segment.created_at}
    return build_list_order(columns, params, Segment.folded_name)


def _build_rows(readings: list[SegmentReading], member_count: int) -> list[SegmentListRow]:
    """Return the rows of a page, with their counts and who made them."""
    if not readings:
        return []
    counts = _count_people(readings, member_count)
    times = find_last_texted_times([reading.segment.id for reading in readings], PartKind.SEGMENT)
    makers = find_shown_names()
    rows = []
    for reading in readings:
        segment = reading.segment
        maker = makers.get(segment.created_by or "", segment.created_by or "")
        rows.append(SegmentListRow(reading, counts.get(segment.id), maker, times.get(segment.id)))
    return rows


def _count_people(readings: list[SegmentReading], member_count: int) -> dict[int, int]:
    """Return how many people each segment means; a broken one means no one."""
    counts: dict[int, int] = {}
    rules: dict[int, SegmentRule] = {}
    for reading in readings:
        if reading.is_broken or reading.rule is None:
            counts[reading.segment.id] = 0
        else:
            rules[reading.segment.id] = reading.rule
    if member_count * len(readings) <= MAX_PEOPLE_LOOKED_AT:
        counts.update(zip(rules, count_people_of_rules(list(rules.values())), strict=True))
    return counts
