"""Reading the two lists of numbers that get no texts, and who said yes: for a blast's audience, and for the pages."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from app.domain.permission import LeftOut
from app.domain.phone import digits_of
from app.kit.db import db
from app.kit.pages import Asked, Page, last_page, nearer_end
from app.kit.searching import has_words
from app.organisation.models import Organisation
from app.suppression.models import (
    CARRIER,
    INBOUND,
    MANUAL,
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    StopQuestion,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)

_REASON = Enum(LeftOut, native_enum=False, length=20, values_callable=lambda members: [each.value for each in members])
SAID_STOP = LeftOut.SAID_STOP.value


def left_out(phone_column: Any) -> ColumnElement[Any]:
    """For any select: why the phone in this column must not be texted (a LeftOut), or NULL when it may.

    The one judgement that the check, release, arming, replies and lists go by. Two look-ups in unique indexes a row,
    one more while any text that may mean STOP waits for a decision, and where the organisation texts only people with
    a recorded yes, one in the ledger: whether these two are needed is read once a statement. A soft failure never keeps
    a text from anybody. A select of nothing but this and counts must name the column's table itself, by select_from().
    """
    return type_coerce(
        func.coalesce(_barred(phone_column), _in_question(phone_column), _without_a_yes(phone_column)), _REASON
    )


def off_limits(phone_column: Any) -> ColumnElement[Any]:
    """The same by the two lists alone, whatever is demanded of consent."""
    return type_coerce(_barred(phone_column), _REASON)


def _barred(phone_column: Any) -> ColumnElement[Any]:
    stop, bad = aliased(UnsubscribedContact), aliased(SuppressedContact)
    said_stop = exists().where(stop.phone == phone_column).correlate_except(stop)
    meaning = case(
        (bad.category == SuppressionCategory.OPT_OUT, literal(SAID_STOP)),
        (bad.category == SuppressionCategory.HARD_FAIL, literal(LeftOut.NUMBER_DEAD.value)),
    )
    in_suppressed = select(meaning).where(bad.phone == phone_column).correlate_except(bad).scalar_subquery()
    return case((said_stop, literal(SAID_STOP)), else_=in_suppressed)


def _in_question(phone_column: Any) -> ColumnElement[Any]:
    asked, some = aliased(StopQuestion), aliased(StopQuestion)
    open_one = exists().where(asked.phone == phone_column, asked.verdict.is_(None)).correlate_except(asked)
    any_open = exists().where(some.verdict.is_(None)).correlate_except(some)
    return case((and_(any_open, open_one), literal(LeftOut.MAYBE_STOP.value)))


def _without_a_yes(phone_column: Any) -> ColumnElement[Any]:
    ours = aliased(Organisation)
    demanded = exists().where(ours.consent_required).correlate_except(ours)
    withdrawn = ConsentAct.WITHDRAWN.value
    no_yes = func.coalesce(newest_act(phone_column), withdrawn) == withdrawn
    return case((and_(demanded, no_yes), literal(LeftOut.NO_CONSENT.value)))


def newest_act(phone_column: Any, before: Any = None) -> ColumnElement[Any]:
    """For any select: what the ledger last heard of this phone (the word of a ConsentAct), NULL when nothing.

    `before`: the id of a line; what came with it or after it is not asked. That an admin took an entry off the list is
    no yes of the person's: such a line is passed over.
    """
    line = aliased(ConsentEvent)
    taken_off = and_(line.act == ConsentAct.RETURNED, line.method == ConsentMethod.ADMIN)
    heard = select(type_coerce(line.act, String)).where(line.phone == phone_column, ~taken_off)
    if before is not None:
        heard = heard.where(line.id < before)
    newest = heard.order_by(line.id.desc()).limit(1)
    return newest.correlate_except(line).scalar_subquery()


def newest_line(phone_column: Any) -> ColumnElement[Any]:
    """For any select: the id of that line."""
    line = aliased(ConsentEvent)
    return select(func.max(line.id)).where(line.phone == phone_column).correlate_except(line).scalar_subquery()


def reasons_for(phones: Sequence[str]) -> dict[str, LeftOut]:
    """Those of `phones` that must not be texted, each with why. However many they are, it is one statement."""
    asked = func.json_each(json.dumps(list(phones))).table_valued("value")
    why = left_out(asked.c.value)
    return {row[0]: row[1] for row in db.session.execute(select(asked.c.value, why).where(why.is_not(None)))}


@cache
def _of_one(judge: Any) -> Select[Any]:
    """Built once: it is asked for every text that is answered."""
    return select(judge(bindparam("b_phone", type_=String)))


def is_left_out(phone: str) -> LeftOut | None:
    """Why we must not text this number, None when we may."""
    return db.session.scalar(_of_one(left_out), {"b_phone": phone})


def has_opted_out(phone: str) -> bool:
    """Whether this number said STOP, on whichever of the two lists that stands."""
    return db.session.scalar(_of_one(off_limits), {"b_phone": phone}) is LeftOut.SAID_STOP


def open_question(phone: str) -> StopQuestion | None:
    """The text from this number that may mean STOP and that nobody has decided about, if there is one."""
    waiting = select(StopQuestion).where(StopQuestion.phone == phone, StopQuestion.verdict.is_(None))
    return db.session.scalars(waiting.execution_options(populate_existing=True)).first()


def open_questions() -> tuple[int, datetime | None]:
    """How many people perhaps said STOP and wait for a decision, and until when the first one has to be made."""
    waiting = select(func.count(), func.min(StopQuestion.decide_by)).where(StopQuestion.verdict.is_(None))
    count, first = db.session.execute(waiting).one()
    return count, first


def stop_is_known(phone: str) -> bool:
    """Whether this number's own STOP is the last that the ledger heard of it about leaving and coming back.

    Whoever texts STOP then is told nothing new: it was confirmed once, and nobody has let them come back since.
    """
    line = ConsentEvent
    their_stop = and_(line.act == ConsentAct.WITHDRAWN, line.method == ConsentMethod.STOP)
    heard = select(line.act).where(line.phone == phone, or_(their_stop, line.act == ConsentAct.RETURNED))
    return db.session.scalar(heard.order_by(line.id.desc()).limit(1)) == ConsentAct.WITHDRAWN


def last_act(phone: str) -> ConsentAct | None:
    """What the ledger last heard of this number."""
    line = ConsentEvent
    return db.session.scalar(select(line.act).where(line.phone == phone).order_by(line.id.desc()).limit(1))


ACT_WORDS = {
    ConsentAct.GRANTED: "Agreed to texts",
    ConsentAct.WITHDRAWN: "Wants no more texts",
    ConsentAct.RETURNED: "Agreed to texts again",
}
METHOD_WORDS = {
    ConsentMethod.IMPORT: "from an imported list",
    ConsentMethod.FORM: "on a form",
    ConsentMethod.KEYWORD: "by texting a keyword",
    ConsentMethod.STOP: "by text",
    ConsentMethod.START: "by text",
    ConsentMethod.ADMIN: "written down by hand",
    ConsentMethod.CARRIER: "Twilio says so",
}


@dataclass(frozen=True)
class Word:
    """A line of the ledger in words: what they said, how, what proves it, who wrote it down (None: nobody had to)."""

    at: datetime
    act: ConsentAct
    said: str
    how: str
    evidence: str | None
    actor: str | None


def history(phone: str, most: int = 100) -> list[Word]:
    """What the ledger has of a number, the newest first."""
    line = ConsentEvent
    rows = db.session.scalars(select(line).where(line.phone == phone).order_by(line.id.desc()).limit(most))
    return [
        Word(row.at, row.act, ACT_WORDS[row.act], METHOD_WORDS[row.method], row.evidence, row.actor) for row in rows
    ]


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
KINDS = ("unsubscribed", "suppressed")
# Each is the order of an index of both tables; the last column makes it one order over both.
ORDERS = {
    "since": ("created_at", "id", "kind"),
    "name": ("name COLLATE NOCASE", "id", "kind"),
    "phone": ("phone", "id", "kind"),
}
SORTS = tuple(ORDERS)
KEYS = ("kind", "id", "created_at", "phone", "name")
SLICE = 1_000


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


@dataclass(frozen=True)
class Narrowed:
    """A part of the list: one reason, one source, and only what is there since a moment. Nothing set: all of it."""

    why: str = ""
    source: str = ""
    since: datetime | None = None


def page(asked: Asked, narrowed: Narrowed = Narrowed()) -> Page:
    """A page of everybody on either list, newest first unless asked otherwise; found by name or by digits.

    A number that does not work has no name on its list: it is shown under the one that other lists have.
    """
    lists = [_part(each, asked.search, narrowed) for each in _lists()]
    counts = [select(func.count()).select_from(each.subquery()).scalar_subquery() for each in lists]
    total = db.session.scalar(select(counts[0] + counts[1])) or 0
    asked = last_page(total, asked)
    return Page(_with_names(_entries(_keys(lists, total, asked))), total, asked)


def _part(of_list: Select[Any], search: str, narrowed: Narrowed) -> Select[Any]:
    columns = of_list.selected_columns
    return of_list.where(*_matching(columns, search), *_within(columns, narrowed))


def _keys(lists: Sequence[Select[Any]], total: int, asked: Asked) -> list[tuple[str, int]]:
    """Which rows a page shows: both lists are walked along their indexes at once, from the nearer end, not sorted."""
    walk = nearer_end(total, asked.offset, asked.per_page)
    rows = union_all(*(
        each.with_only_columns(*(its[name] for name in KEYS), its.name.is_(None).label("nameless"))
        for each, its in ((each, each.selected_columns) for each in lists)
    ))  # fmt: skip
    way = "DESC" if asked.descending != walk.backwards else "ASC"
    # in both directions those without a name come last
    first = [f"nameless {'DESC' if walk.backwards else 'ASC'}"] if asked.sort == "name" else []
    order = [*first, *(f"{each} {way}" for each in ORDERS[asked.sort])]
    found = db.session.execute(rows.order_by(*map(text, order)).limit(walk.limit).offset(walk.offset)).all()
    return [(row.kind, row.id) for row in (reversed(found) if walk.backwards else found)]


def _entries(keys: Sequence[tuple[str, int]]) -> list[Entry]:
    """These lines of the page, in this order."""
    rows = union_all(*(
        each.where(each.selected_columns.id.in_([id_ for of_list, id_ in keys if of_list == kind]))
        for kind, each in zip(KINDS, _lists(), strict=True)
    ))  # fmt: skip
    found = {(row.kind, row.id): _entry(row) for row in db.session.execute(rows)}
    return [found[key] for key in keys if key in found]


def _within(columns: Any, narrowed: Narrowed) -> list[ColumnElement[bool]]:
    conditions = []
    if narrowed.why:
        conditions.append(columns.why == narrowed.why)
    if narrowed.source:
        conditions.append(or_(columns.source == narrowed.source, columns.source.startswith(f"{narrowed.source}:")))
    if narrowed.since:
        conditions.append(columns.created_at >= narrowed.since)
    return conditions


def everybody(search: str = "", narrowed: Narrowed = Narrowed()) -> Iterator[Entry]:
    """Every line of the list or of a part of it, one list after the other, read in slices: a long export holds no
    snapshot of the database.
    """
    for of_list in _lists():
        rows, last = _part(of_list, search, narrowed), 0
        number = rows.selected_columns.id
        while some := db.session.execute(rows.where(number > last).order_by(number).limit(SLICE)).all():
            db.session.rollback()
            yield from _with_names([_entry(row) for row in some])
            last = some[-1].id


# These lists stand in rooms above this one: it knows of them only what it reads.
NAMES = text("""
    SELECT value, coalesce(
        (SELECT name FROM community_members WHERE phone = value),
        (SELECT name FROM event_registrations WHERE phone = value AND name IS NOT NULL ORDER BY id DESC LIMIT 1),
        (SELECT name FROM messages WHERE phone = value AND name IS NOT NULL ORDER BY id DESC LIMIT 1))
    FROM json_each(:phones)
""")


def _with_names(entries: list[Entry]) -> list[Entry]:
    phones = [entry.phone for entry in entries if not entry.name]
    if not phones:
        return entries
    names = {row[0]: row[1] for row in db.session.execute(NAMES, {"phones": json.dumps(phones)})}
    return [entry if entry.name else replace(entry, name=names[entry.phone]) for entry in entries]


def entry(kind: str, id: int) -> Entry | None:
    """One line of the page."""
    return next(iter(_entries([(kind, id)])), None)


def entries_of(phone: str) -> list[Entry]:
    """The lines of one number: none, one, or one of each list."""
    rows = union_all(*(each.where(each.selected_columns.phone == phone) for each in _lists()))
    return [_entry(row) for row in db.session.execute(rows)]


def _lists() -> list[Select[Any]]:
    """Who said STOP, and whose number does not work (in this order, as KINDS), with the same columns."""
    stop, bad = UnsubscribedContact, SuppressedContact
    said_stop, dead = literal(LeftOut.SAID_STOP.value), literal(LeftOut.NUMBER_DEAD.value)
    stops = select(
        literal(KINDS[0]).label("kind"),
        stop.id,
        stop.name,
        stop.phone,
        said_stop.label("why"),
        stop.source,
        stop.reason,
        stop.created_at,
    )
    suppressed = select(
        literal(KINDS[1]).label("kind"),
        bad.id,
        type_coerce(null(), String).label("name"),
        bad.phone,
        case((bad.category == SuppressionCategory.OPT_OUT, said_stop), else_=dead).label("why"),
        func.coalesce(bad.source, "").label("source"),
        bad.reason,
        bad.created_at,
    ).where(bad.category != SuppressionCategory.SOFT_FAIL)
    return [stops, suppressed]


def _matching(columns: Any, search: str) -> list[ColumnElement[bool]]:
    """Letters search names, in any case; anything without letters searches by its digits."""
    if not search:
        return []
    digits = digits_of(search)
    if digits and not any(sign.isalpha() for sign in search):
        return [columns.phone.contains(digits.lstrip("0") or digits)]
    return [has_words(search, columns.name)]


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.kind, row.id, row.name, row.phone, LeftOut(row.why), row.source, row.reason, row.created_at)
