"""The people of one sent blast: filtered, searched, a page at a time, and all for the export."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select, union_all

from app.core.db import db
from app.core.pagination import (
    MAX_SEARCH_RESULTS,
    ListPage,
    ListParams,
    PageWindow,
    SearchResultPage,
    choose_page_window,
    clamp_to_last_page,
)
from app.core.search_terms import build_text_filter, extract_seen_digits
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_messages import (
    build_blast_id_range_filter,
    iterate_blast_rows,
)
from app.delivery.queries.recipient_scope import list_seen_conditions
from app.delivery.queries.superseded_rows import build_not_superseded_filter
from app.domain.delivery.message_statuses import FAILED_STATUSES, MessageStatus
from app.profiles.person_addresses import remember_public_ids
from app.profiles.queries.person_lookup import select_public_id

# The filters above a blast's people, by the word in the address; trouble comes first.
RECIPIENT_FILTERS: dict[str, tuple[MessageStatus, ...]] = {
    "failed": FAILED_STATUSES,
    "unknown": (MessageStatus.UNKNOWN,),
    "not_sent": (MessageStatus.NOT_SENT, MessageStatus.CANCELLED, MessageStatus.EXPIRED),
    "waiting": (MessageStatus.QUEUED, MessageStatus.SUBMITTING),
    "sent": (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.NO_RECEIPT),
    "delivered": (MessageStatus.DELIVERED,),
    "left_out": (MessageStatus.SKIPPED,),
}
RECIPIENT_STATUS_ORDER = tuple(
    status for statuses in RECIPIENT_FILTERS.values() for status in statuses
)
EXPORT_COLUMNS = (
    Message.phone,
    Message.name,
    Message.status,
    Message.reason,
    Message.error_code,
    Message.provider_sid,
    Message.segments,
    Message.body,
    Message.sent_at,
    Message.delivered_at,
    Message.failed_at,
    Message.language,
)


def fetch_blast_recipients_page(
    log: MessageLog, filter_name: str, params: ListParams, counts: Mapping[str, int]
) -> ListPage:
    """Return a page of the people of one blast whom the user reaches, failed ones first.

    `filter_name`: one of RECIPIENT_FILTERS, or "" for all. `counts`: the blast's rows by status.
    `params.search`: part of a name or number.
    """
    statuses = RECIPIENT_FILTERS.get(filter_name, RECIPIENT_STATUS_ORDER)
    if params.search:
        return _search_recipients(log, statuses, params)
    if list_seen_conditions(log):
        counts = _count_seen_people(log)
    total = sum(counts.get(status, 0) for status in statuses)
    params = clamp_to_last_page(total, params)
    windows = _select_page_windows(log, statuses, params, counts)
    if not windows:
        return ListPage([], total, params)
    statement = select(Message).where(Message.id.in_(union_all(*windows)))
    rows = sorted(
        load_rows_with_people(statement),
        key=lambda row: (statuses.index(row.status), row.id),
    )
    return ListPage(rows, total, params)


def load_rows_with_people(statement: Select[Message]) -> list[Message]:
    """Return the texts of a select, and keep the addresses of their people for the page."""
    public_id = select_public_id(Message.phone)
    rows = db.session.execute(statement.add_columns(public_id)).all()
    remember_public_ids((row[0].phone, row[1]) for row in rows)
    return [row[0] for row in rows]


def _count_seen_people(log: MessageLog) -> dict[str, int]:
    """Count the people of a blast whom the user reaches by status. It reads all of its rows."""
    is_seen = list_seen_conditions(log)
    counts = select(Message.status, func.count()).where(
        Message.message_log_id == log.id, build_not_superseded_filter(log.id), *is_seen
    )
    rows = db.session.execute(counts.group_by(Message.status))
    return {str(status): count for status, count in rows}


def _select_page_windows(
    log: MessageLog,
    statuses: Sequence[MessageStatus],
    params: ListParams,
    counts: Mapping[str, int],
) -> list[Select[int]]:
    """Return a select of ids for each status in which the page has rows.

    The counts tell where the page lies, so that any page of 100,000 people is read along the
    index of statuses and nothing is sorted.
    """
    windows = []
    skip, remaining = params.offset, params.per_page
    for status in statuses:
        count = counts.get(status, 0)
        window = choose_page_window(count, skip, remaining)
        skip = max(0, skip - count)
        if window.limit:
            windows.append(_select_message_ids(log, status, window))
            remaining -= window.limit
    return windows


def _select_message_ids(log: MessageLog, status: MessageStatus, window: PageWindow) -> Select[int]:
    """Return a select of some ids of one status, read from the nearer end."""
    order = Message.id.desc() if window.is_reversed else Message.id
    statement = select(Message.id).where(
        Message.message_log_id == log.id,
        Message.status == status,
        build_not_superseded_filter(log.id),
        *list_seen_conditions(log),
    )
    statement = statement.order_by(order).offset(window.offset).limit(window.limit)
    return select(statement.subquery())


def _search_recipients(
    log: MessageLog, statuses: Sequence[MessageStatus], params: ListParams
) -> SearchResultPage:
    """Return a page of the first MAX_SEARCH_RESULTS people that match.

    One walk over the blast's rows: a second statement would walk them again.
    """
    status_ranks = {status.value: rank for rank, status in enumerate(statuses)}
    rank = case(status_ranks, value=Message.status).label("rank")
    matches = select(Message.id, rank).where(
        build_blast_id_range_filter(log.id),
        Message.status.in_(statuses),
        build_not_superseded_filter(log.id),
        build_recipient_search_filter(params.search),
        *list_seen_conditions(log),
    )
    matches_cte = matches.limit(MAX_SEARCH_RESULTS + 1).cte("matches")
    total = select(func.count()).select_from(matches_cte).scalar_subquery()
    statement = (
        select(Message, total, select_public_id(Message.phone))
        .join(matches_cte, matches_cte.c.id == Message.id)
        .order_by(matches_cte.c.rank, Message.id)
    )
    rows = _fetch_window(statement, params)
    if not rows and params.number > 1:
        # Behind the last page: the count came with the rows, so there is none yet.
        matched = db.session.scalar(select(total)) or 0
        params = clamp_to_last_page(min(matched, MAX_SEARCH_RESULTS), params)
        rows = _fetch_window(statement, params)
    remember_public_ids((row[0].phone, row[2]) for row in rows)
    count = rows[0][1] if rows else 0
    return SearchResultPage(
        [row[0] for row in rows],
        min(count, MAX_SEARCH_RESULTS),
        params,
        is_truncated=count > MAX_SEARCH_RESULTS,
    )


def _fetch_window(statement: Any, params: ListParams) -> Sequence[Any]:
    window = statement.offset(params.offset).limit(params.per_page)
    return db.session.execute(window).all()


def build_recipient_search_filter(search: str) -> ColumnElement[bool]:
    """Return the condition for a name; for a number too when the search has digits, no letters."""
    name_matches = build_text_filter(search, Message.name)
    digits = extract_seen_digits(search)
    if not digits or any(character.isalpha() for character in search):
        return name_matches
    return or_(name_matches, Message.phone.contains(digits))


def iterate_message_batches(log: MessageLog) -> Iterator[Sequence[Row[Any]]]:
    """Yield EXPORT_COLUMNS of every row of one blast that the user reaches, in batches of ids."""
    return iterate_blast_rows(log.id, EXPORT_COLUMNS, list_seen_conditions(log))
