"""Reading the two lists of numbers that get no texts: for a blast's audience, and for the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    Row,
    Subquery,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from app.domain.permission import LeftOut, reason_to_leave_out
from app.domain.phone import digits_of
from app.kit.db import db
from app.kit.pages import Asked, Page, last_page
from app.suppression.models import CARRIER, INBOUND, MANUAL, SuppressedContact, SuppressionCategory, UnsubscribedContact

CHUNK = 500
_REASON = Enum(LeftOut, native_enum=False, length=20, values_callable=lambda members: [each.value for each in members])


def left_out(phone_column: Any) -> ColumnElement[Any]:
    """For any select: why the phone in this column must not be texted (a LeftOut), or NULL when it may.

    Two look-ups in unique indexes a row. A soft failure never keeps a text from anybody. A select of nothing but this
    and counts must name the column's table itself, by select_from().
    """
    stop, bad = aliased(UnsubscribedContact), aliased(SuppressedContact)
    said_stop = exists().where(stop.phone == phone_column).correlate_except(stop)
    meaning = case(
        (bad.category == SuppressionCategory.OPT_OUT, literal(LeftOut.SAID_STOP.value)),
        (bad.category == SuppressionCategory.HARD_FAIL, literal(LeftOut.NUMBER_DEAD.value)),
    )
    in_suppressed = select(meaning).where(bad.phone == phone_column).correlate_except(bad).scalar_subquery()
    return type_coerce(case((said_stop, literal(LeftOut.SAID_STOP.value)), else_=in_suppressed), _REASON)


def reasons_for(phones: Sequence[str]) -> dict[str, LeftOut]:
    """Those of `phones` that must not be texted, each with why."""
    found: dict[str, LeftOut] = {}
    for some in _chunks(phones):
        stops = set(db.session.scalars(select(UnsubscribedContact.phone).where(UnsubscribedContact.phone.in_(some))))
        bad = select(SuppressedContact.phone, SuppressedContact.category).where(SuppressedContact.phone.in_(some))
        categories = {phone: str(category) for phone, category in db.session.execute(bad)}
        for phone in stops | categories.keys():
            reason = reason_to_leave_out(phone in stops, categories.get(phone))
            if reason:
                found[phone] = reason
    return found


def is_left_out(phone: str) -> LeftOut | None:
    """Why we must not text this number, None when we may."""
    return reasons_for([phone]).get(phone)


def _chunks(phones: Sequence[str]) -> Iterator[Sequence[str]]:
    return (phones[start : start + CHUNK] for start in range(0, len(phones), CHUNK))


# What the person said by phone, to us or to the carrier, only the person can take back.
THEIR_OWN_WORD = frozenset({INBOUND, CARRIER})
SOURCES = {
    INBOUND: "By text",
    MANUAL: "Put here by hand",
    CARRIER: "Twilio says so",
    "import": "From an imported list",
    "community": "From the community page",
    "event": "From an event's page",
}
SORTS = ("since", "name", "phone")


@dataclass(frozen=True)
class Entry:
    """A line of the page: a number that gets no texts, and why. `kind` and `id` name its row."""

    kind: str
    id: int
    name: str | None
    phone: str
    why: LeftOut
    source: str
    note: str | None
    since: datetime

    @property
    def theirs(self) -> bool:
        """Whether only the phone's owner can take this back."""
        return is_their_own_word(self.source, self.why)

    @property
    def proof(self) -> str:
        """How we know, in plain words."""
        words = SOURCES.get(self.source.partition(":")[0], self.source)
        if self.note and self.source == INBOUND:
            return self.note  # it quotes what they texted
        return " · ".join(filter(None, [words, self.note]))


def is_their_own_word(source: str | None, why: LeftOut) -> bool:
    """Whether an entry of this source is an opt-out that only the phone's owner can take back."""
    return why == LeftOut.SAID_STOP and source in THEIR_OWN_WORD


def page(asked: Asked) -> Page:
    """A page of everybody on either list, newest first unless asked otherwise; found by name or by digits."""
    lines = _both_lists()
    wanted = select(lines).where(*_matching(lines, asked.search))
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    asked = last_page(total, asked)
    rows = db.session.execute(wanted.order_by(*_order(lines, asked)).limit(asked.per_page).offset(asked.offset))
    return Page([_entry(row) for row in rows], total, asked)


def entry(kind: str, id: int) -> Entry | None:
    """One line of the page."""
    lines = _both_lists()
    row = db.session.execute(select(lines).where(lines.c.kind == kind, lines.c.id == id)).first()
    return _entry(row) if row else None


def _both_lists() -> Subquery:
    stop, bad = UnsubscribedContact, SuppressedContact
    said_stop, dead = literal(LeftOut.SAID_STOP.value), literal(LeftOut.NUMBER_DEAD.value)
    stops = select(
        literal("unsubscribed").label("kind"),
        stop.id,
        stop.name,
        stop.phone,
        said_stop.label("why"),
        stop.source,
        stop.reason,
        stop.created_at,
    )
    suppressed = select(
        literal("suppressed"),
        bad.id,
        null(),
        bad.phone,
        case((bad.category == SuppressionCategory.OPT_OUT, said_stop), else_=dead),
        func.coalesce(bad.source, ""),
        bad.reason,
        bad.created_at,
    ).where(bad.category != SuppressionCategory.SOFT_FAIL)
    return union_all(stops, suppressed).subquery()


def _matching(lines: Subquery, search: str) -> list[ColumnElement[bool]]:
    """Letters search names, in any case; anything without letters searches by its digits."""
    if not search:
        return []
    digits = digits_of(search)
    if digits and not any(sign.isalpha() for sign in search):
        return [lines.c.phone.contains(digits.lstrip("0") or digits)]
    # SQLite folds the case of ASCII only
    return [or_(*(lines.c.name.icontains(each, autoescape=True) for each in _cases(search)))]


def _cases(search: str) -> set[str]:
    return {search, search.lower(), search.upper(), search.title()}


def _order(lines: Subquery, asked: Asked) -> list[ColumnElement[Any]]:
    way = "desc" if asked.descending else "asc"
    columns: dict[str, ColumnElement[Any]] = {
        "since": lines.c.created_at,
        "name": func.lower(lines.c.name),
        "phone": lines.c.phone,
    }
    nameless_last: list[ColumnElement[Any]] = [lines.c.name.is_(None)] if asked.sort == "name" else []
    return nameless_last + [getattr(each, way)() for each in (columns[asked.sort], lines.c.kind, lines.c.id)]


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.kind, row.id, row.name, row.phone, LeftOut(row.why), row.source, row.reason, row.created_at)
