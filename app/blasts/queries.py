"""The rehearsal of a blast, and the lists of blasts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, or_, select, union_all

from app.community import queries as community
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
from app.core.search_terms import build_text_filter
from app.delivery.models import Message, MessageLog, ScheduledMessage
from app.delivery.queries.blast_messages import build_blast_id_range_filter, iterate_blast_rows
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    render_blast_texts,
)
from app.domain.delivery.message_statuses import (
    FAILED_STATUSES,
    BlastStatus,
    BlastTarget,
    MessageStatus,
    ScheduledBlastStatus,
)
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_number import extract_digits
from app.domain.time import reminder_timing
from app.events import queries as events
from app.events.models import Event, EventReminder

# The chips above a blast's people: word -> statuses.
RECIPIENT_FILTERS: dict[str, tuple[MessageStatus, ...]] = {
    "failed": FAILED_STATUSES,
    "unknown": (MessageStatus.UNKNOWN,),
    "not_sent": (MessageStatus.NOT_SENT,),
    "waiting": (MessageStatus.QUEUED, MessageStatus.SUBMITTING),
    "sent": (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.NO_RECEIPT),
    "delivered": (MessageStatus.DELIVERED,),
    "left_out": (MessageStatus.SKIPPED, MessageStatus.CANCELLED, MessageStatus.EXPIRED),
}


# How a blast's people are listed: trouble first.
RECIPIENT_STATUS_ORDER = tuple(state for states in RECIPIENT_FILTERS.values() for state in states)
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
)


class BlastEventNotFound(Exception):
    """The event of a blast does not exist any more. It never becomes a blast to the community."""


def render_blast(
    target: BlastTarget,
    event_id: int | None,
    template: str,
    footer: str | None,
    registered_by: datetime | None = None,
) -> RenderedBlast:
    """Who would get what if the blast left now: the review page shows it, release makes rows of
    it.

    `registered_by`: whoever registered for the event after this moment is left out. Raises
    EventGone.
    """
    people = _fetch_people(_select_audience(target, event_id, registered_by))
    return render_blast_texts(people, template, footer, get_blast_placeholders(target, event_id))


def get_blast_placeholders(target: BlastTarget, event_id: int | None) -> dict[str, str]:
    """What stands for the placeholders of a blast's event, as the event is now; {} without one."""
    return events.build_event_placeholders(event_id) if target == BlastTarget.EVENT else {}


def _select_audience(
    target: BlastTarget, event_id: int | None, registered_by: datetime | None = None
) -> Any:  # a Select whose row type differs by pool
    if target == BlastTarget.COMMUNITY:
        return community.select_community_audience()
    if event_id is None or events.find_event(event_id) is None:
        raise BlastEventNotFound
    return events.select_event_audience(event_id, registered_by)


def _fetch_people(pool: Any) -> list[BlastRecipient]:
    rows = db.session.execute(pool)
    return [
        BlastRecipient(name, phone, SkipReason(reason) if reason else None)
        for name, phone, reason in rows
    ]


def find_scheduled_blast(scheduled_id: int) -> ScheduledMessage | None:
    """One scheduled blast."""
    return db.session.get(ScheduledMessage, scheduled_id)


def find_blast_log(log_id: int) -> MessageLog | None:
    """One blast as sent."""
    return db.session.get(MessageLog, log_id)


def reload_blast_log(log_id: int) -> MessageLog:
    """The same as it stands at this moment, for decisions inside write()."""
    return db.session.get_one(MessageLog, log_id, populate_existing=True)


def find_schedule_of_log(log_id: int) -> ScheduledMessage | None:
    """What the blast was confirmed as."""
    return db.session.scalar(
        select(ScheduledMessage).where(ScheduledMessage.message_log_id == log_id).limit(1)
    )


def fetch_scheduled_blasts_page(asked: ListParams) -> ListPage:
    """Scheduled blasts, those that still wait first, by time; then the ended ones, the latest
    first.
    """
    total = db.session.scalar(select(func.count()).select_from(ScheduledMessage)) or 0
    asked = clamp_to_last_page(total, asked)
    waiting = ScheduledMessage.status == "pending"
    rows = select(ScheduledMessage).order_by(
        waiting.desc(),
        func.iif(waiting, ScheduledMessage.scheduled_at, None),
        ScheduledMessage.scheduled_at.desc(),
        ScheduledMessage.id.desc(),
    )
    return ListPage(
        db.session.scalars(rows.offset(asked.offset).limit(asked.per_page)).all(),
        total,
        asked,
    )


def fetch_blast_logs_page(asked: ListParams) -> ListPage:
    """Blasts as sent, the latest first. `search` looks in their texts."""
    rows = select(MessageLog)
    if asked.search:
        rows = rows.where(MessageLog.message_body.icontains(asked.search, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    asked = clamp_to_last_page(total, asked)
    rows = rows.order_by(MessageLog.id.desc()).offset(asked.offset).limit(asked.per_page)
    return ListPage(db.session.scalars(rows).all(), total, asked)


def fetch_blast_recipients_page(
    log_id: int, chosen: str, asked: ListParams, counts: Mapping[str, int]
) -> ListPage:
    """The people of one blast, failed ones first; `chosen` is one of FILTERS or "" for all.

    `counts` are the blast's rows by state. They tell in which states the page lies, so that any
    page of 100,000 people is a walk along the index of states, and nothing is sorted. `search`:
    part of a name or number.
    """
    states = RECIPIENT_FILTERS.get(chosen, RECIPIENT_STATUS_ORDER)
    if asked.search:
        return _search_recipients(log_id, states, asked)
    total = sum(counts.get(state, 0) for state in states)
    asked = clamp_to_last_page(total, asked)
    walks, skip, wanted = [], asked.offset, asked.per_page
    for state in states:
        walk = choose_page_window(counts.get(state, 0), skip, wanted)
        skip = max(0, skip - counts.get(state, 0))
        if walk.limit:
            walks.append(_select_message_ids(log_id, state, walk))
            wanted -= walk.limit
    rows = (
        db.session.scalars(select(Message).where(Message.id.in_(union_all(*walks)))).all()
        if walks
        else []
    )
    return ListPage(sorted(rows, key=lambda row: (states.index(row.status), row.id)), total, asked)


def _select_message_ids(log_id: int, state: MessageStatus, walk: PageWindow) -> Select[int]:
    """The ids of some rows of one state, read from the nearer end."""
    some = select(Message.id).where(Message.message_log_id == log_id, Message.status == state)
    some = some.order_by(Message.id.desc() if walk.is_reversed else Message.id)
    return select(some.offset(walk.offset).limit(walk.limit).subquery())


def _search_recipients(
    log_id: int, states: Sequence[MessageStatus], asked: ListParams
) -> SearchResultPage:
    """Those who match, of the first MOST_FOUND of them: one walk over the blast's rows, one
    statement.
    """
    matches = build_text_filter(asked.search, Message.name)
    if not any(sign.isalpha() for sign in asked.search) and extract_digits(asked.search):
        matches = or_(matches, Message.phone.contains(extract_digits(asked.search)))
    rank = case(
        {state.value: place for place, state in enumerate(states)}, value=Message.status
    ).label("rank")
    found = select(Message.id, rank).where(
        build_blast_id_range_filter(log_id),
        Message.status.in_(states),
        matches,
    )
    some = found.limit(MAX_SEARCH_RESULTS + 1).cte("found")
    total = select(func.count()).select_from(some).scalar_subquery()
    rows = (
        select(Message, total).join(some, some.c.id == Message.id).order_by(some.c.rank, Message.id)
    )
    page = db.session.execute(rows.offset(asked.offset).limit(asked.per_page)).all()
    if not page and asked.number > 1:  # behind the last page
        asked = clamp_to_last_page(
            min(db.session.scalar(select(total)) or 0, MAX_SEARCH_RESULTS), asked
        )
        page = db.session.execute(rows.offset(asked.offset).limit(asked.per_page)).all()
    count = page[0][1] if page else 0
    return SearchResultPage(
        [row[0] for row in page],
        min(count, MAX_SEARCH_RESULTS),
        asked,
        count > MAX_SEARCH_RESULTS,
    )


@dataclass(frozen=True)
class RecipientResult:
    """One line of a log's results, as exports and `MessageLog.results` of the first design read
    it.
    """

    phone: str
    name: str | None
    success: bool
    error: str | None


def iterate_message_batches(log_id: int) -> Iterator[Sequence[Row[Any]]]:
    """ROW_COLUMNS of every row of one blast, in id order, slice by slice, so that they can be
    streamed.
    """
    return iterate_blast_rows(log_id, *EXPORT_COLUMNS)


def find_running_blasts() -> Sequence[MessageLog]:
    """Blasts that are being sent or paused, for the first page."""
    open_now = MessageLog.status.in_((BlastStatus.PROCESSING, BlastStatus.PAUSED))
    return db.session.scalars(
        select(MessageLog).where(open_now).order_by(MessageLog.id.desc()).limit(5)
    ).all()


def find_upcoming_blasts(most: int = 5) -> Sequence[ScheduledMessage]:
    """The blasts that wait for their time, the next first."""
    waiting = select(ScheduledMessage).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING
    )
    return db.session.scalars(
        waiting.order_by(ScheduledMessage.scheduled_at, ScheduledMessage.id).limit(most)
    ).all()


def find_finished_blasts(most: int = 7) -> Sequence[MessageLog]:
    """The last blasts that ended, tests left out, the latest first."""
    ended = MessageLog.status.in_((BlastStatus.SENT, BlastStatus.FAILED, BlastStatus.CANCELLED))
    logs = select(MessageLog).where(ended, MessageLog.test_mode.is_(False))
    return db.session.scalars(logs.order_by(MessageLog.id.desc()).limit(most)).all()


def find_paused_blast_ids(blasts: Iterable[ScheduledMessage]) -> set[int]:
    """The ids of those of these blasts that are being sent, but paused."""
    logs = {
        blast.message_log_id: blast.id
        for blast in blasts
        if blast.status == ScheduledBlastStatus.PROCESSING
    }
    paused = select(MessageLog.id).where(
        MessageLog.id.in_(logs), MessageLog.status == BlastStatus.PAUSED
    )
    return {logs[log_id] for log_id in db.session.scalars(paused)}


def get_blast_event_titles(blasts: Iterable[ScheduledMessage]) -> dict[int, str]:
    """The titles of these blasts' events by id; a deleted event is missing."""
    ids = {blast.event_id for blast in blasts if blast.event_id}
    found = db.session.execute(select(Event.id, Event.title).where(Event.id.in_(ids)))
    return {row.id: row.title for row in found}


def get_reminder_labels(blasts: Iterable[ScheduledMessage]) -> dict[int, str]:
    """ "Reminder, 1 day before", by the blast's id, of those of these blasts that an event's
    plan has made.
    """
    steps = {blast.event_reminder_id for blast in blasts if blast.event_reminder_id}
    if not steps:
        return {}
    found = db.session.execute(
        select(EventReminder.id, EventReminder.days).where(EventReminder.id.in_(steps))
    )
    words = {
        row.id: f"{reminder_timing.REMINDER_AUTHOR}, {reminder_timing.format_day_offset(row.days)}"
        for row in found
    }
    ids = {
        blast.id: blast.event_reminder_id for blast in blasts if blast.event_reminder_id in words
    }
    return {blast_id: words[step] for blast_id, step in ids.items() if step}


def find_sample_recipient_name(target: BlastTarget, event_id: int | None) -> str | None:
    """The name of somebody among the first of an audience, to show a text as they would read it."""
    try:
        first = _fetch_people(_select_audience(target, event_id).limit(50))
    except BlastEventNotFound:
        return None
    return next(
        (person.name for person in first if person.name and person.skip_reason is None),
        None,
    )
