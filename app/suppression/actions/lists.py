"""Putting numbers on the two lists and taking them off, each with its line in the ledger of who
said yes and no.

Only rows of these tables: what waits to be sent is not ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, column, delete, exists, literal, null, select, table
from sqlalchemy.dialects.sqlite import insert

from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.domain.delivery.skip_reasons import SkipReason
from app.suppression import queries
from app.suppression.actions import statements
from app.suppression.models import (
    CARRIER,
    INBOUND,
    MANUAL,
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)

TABLES: dict[str, type[UnsubscribedContact] | type[SuppressedContact]] = {
    "unsubscribed": UnsubscribedContact,
    "suppressed": SuppressedContact,
}
# How an opt-out was said, by its source; whatever else is written there comes from an admin's hand.
METHODS = {
    INBOUND: ConsentMethod.STOP,
    CARRIER: ConsentMethod.CARRIER,
    "import": ConsentMethod.IMPORT,
}
# Imports stand above this room: it knows of their rows only what it reads.
STAGED = table(
    "import_rows", column("id"), column("import_id"), column("phone"), column("verdict")
)
UNREAD = ("bad", "repeated")
TAKEN_OFF = "Taken off the do-not-text list"


class OnlyThey(Exception):
    """This opt-out came from the phone itself: nobody but its owner takes it back, by texting
    START.
    """


class Gone(Exception):
    """There is no such row (any more)."""


def opt_out(
    phone: str,
    *,
    source: str,
    reason: str | None = None,
    name: str | None = None,
    actor: str | None = None,
) -> bool:
    """Never text this number again. True when it was not on the list before.

    `source`: manual, import, community, event:<id>, message_failure or inbound; `actor`: the
    user who did it. A number that is there already keeps its row; but the person's own STOP
    outweighs a note from elsewhere, so such a row becomes an inbound one. The ledger gets a
    line for what is new: a number that was not on the list, and every STOP of the person, which
    proves the same once more. The same note from elsewhere proves nothing.
    """
    is_new = bool(
        statements.PUT_ON.run(
            phone=phone, source=source, reason=reason, name=name, created_at=now()
        )
    )
    if is_new or source == INBOUND:
        _note(
            phone,
            ConsentAct.WITHDRAWN,
            METHODS.get(source, ConsentMethod.ADMIN),
            reason,
            actor,
        )
    close_question(phone, "out", actor)
    if not is_new and source == INBOUND:
        statements.MAKE_THEIRS.run(b_phone=phone, b_reason=reason)
    return is_new


def close_question(phone: str, verdict: str, actor: str | None) -> None:
    """What they say now answers whether an earlier text meant STOP."""
    statements.DECIDE.run(b_phone=phone, b_verdict=verdict, b_at=now(), b_by=actor)


def lift(phone: str, *, manual_too: bool = False, evidence: str | None = None) -> bool:
    """The person texted START: take back every opt-out but one made by hand.

    A dead number stays dead.

    True when something was lifted; whether the number may be texted now is for
    `queries.is_left_out`. The ledger has their word in any case (`evidence`: what they texted):
    as a return after an opt-out, else as a first yes.
    """
    lifts = statements.LIFT_ALL if manual_too else statements.LIFT
    lifted = any([each.run(b_phone=phone) for each in lifts])
    close_question(phone, "stay", None)
    came_back = lifted or queries.last_act(phone) is not None
    _note(
        phone,
        ConsentAct.RETURNED if came_back else ConsentAct.GRANTED,
        ConsentMethod.START,
        evidence,
        None,
    )
    return lifted


def grant(
    phone: str, method: ConsentMethod, evidence: str | None, actor: str | None
) -> bool:
    """Write down that somebody said yes, and how we know.

    False for a number that has opted out: that word stands.
    """
    if queries.has_opted_out(phone):
        return False
    _note(phone, ConsentAct.GRANTED, method, evidence, actor)
    return True


def grant_many(
    import_id: int, method: ConsentMethod, evidence: str | None, actor: str | None
) -> int:
    """Write down the yes of everybody on an import's readable rows, in one statement.

    Says of how many.

    Whoever has a recorded yes already keeps that one; an opt-out stands, whatever the file
    says. Before the rows of the import are forgotten, and inside the write that confirms it.
    """
    people = select(STAGED.c.phone).where(
        STAGED.c.import_id == import_id,
        STAGED.c.verdict.not_in(UNREAD),
        queries.off_limits(STAGED.c.phone).is_distinct_from(queries.SAID_STOP),
        queries.newest_act(STAGED.c.phone).is_distinct_from(ConsentAct.GRANTED.value),
        queries.newest_act(STAGED.c.phone).is_distinct_from(ConsentAct.RETURNED.value),
    )
    return _note_many(
        people.order_by(STAGED.c.id),
        ConsentAct.GRANTED,
        method,
        evidence,
        actor,
        import_id,
    )


def withdraw_many(import_id: int, actor: str | None) -> list[str]:
    """Write down the opt-outs that an import brought onto the list, in one statement; gives
    their numbers.

    Inside the write that confirms it.
    """
    people = select(STAGED.c.phone).where(
        STAGED.c.import_id == import_id, STAGED.c.verdict == "new"
    )
    people = people.order_by(STAGED.c.id)
    _note_many(
        people, ConsentAct.WITHDRAWN, ConsentMethod.IMPORT, None, actor, import_id
    )
    return list(db.session.scalars(people))


def take_back_many(import_id: int, evidence: str | None, actor: str | None) -> int:
    """An import is undone: what it wrote down holds no longer, unless they have spoken since.

    Of how many people.

    A yes becomes a withdrawal. An opt-out whose number is off the list again becomes a return
    where a yes stood before it, and that yes holds again: so call it after the rows are gone.
    That a file was wrong is nobody's first yes.
    """
    line = ConsentEvent
    yes_before = queries.newest_act(line.phone, before=line.id).in_(
        [ConsentAct.GRANTED.value, ConsentAct.RETURNED.value]
    )
    wrote = select(line.phone).where(
        line.import_id == import_id, line.id == queries.newest_line(line.phone)
    )
    yes = wrote.where(line.act == ConsentAct.GRANTED)
    off_again = wrote.where(
        line.act == ConsentAct.WITHDRAWN,
        line.evidence.is_distinct_from(evidence),
        yes_before,
        ~exists().where(UnsubscribedContact.phone == line.phone),
    )
    back = _note_many(
        off_again, ConsentAct.RETURNED, ConsentMethod.IMPORT, evidence, actor, import_id
    )
    return back + _note_many(
        yes, ConsentAct.WITHDRAWN, ConsentMethod.IMPORT, evidence, actor, import_id
    )


def _note(
    phone: str,
    act: ConsentAct,
    method: ConsentMethod,
    evidence: str | None,
    actor: str | None,
) -> None:
    statements.NOTE.run(
        phone=phone, act=act, method=method, evidence=evidence, actor=actor, at=now()
    )


def _note_many(
    phones: Select[str],
    act: ConsentAct,
    method: ConsentMethod,
    evidence: str | None,
    actor: str | None,
    import_id: int,
) -> int:
    """A line of the ledger for each of these numbers."""
    values = {
        "act": literal(act.value),
        "method": literal(method.value),
        "evidence": literal(evidence) if evidence is not None else null(),
        "actor": literal(actor) if actor is not None else null(),
        "import_id": literal(import_id),
        "at": literal(now(), UtcDateTime()),
    }
    lines = phones.add_columns(*values.values())
    return execute_and_count_rows(
        insert(ConsentEvent).from_select(
            ["phone", *values], lines, include_defaults=False
        )
    )


def mark_dead(phone: str, *, reason: str | None, log_id: int | None = None) -> bool:
    """This number does not work: leave it out from now on.

    True when that is news. An opt-out there stays one.
    """
    values = {
        "reason": reason,
        "category": SuppressionCategory.HARD_FAIL,
        "source": CARRIER,
        "source_type": None if log_id is None else "message_log",
        "source_message_log_id": log_id,
        "updated_at": now(),
    }
    statement = insert(SuppressedContact).values(
        {"phone": phone, "created_at": now()} | values
    )
    only_soft = SuppressedContact.category == SuppressionCategory.SOFT_FAIL
    return bool(
        execute_and_count_rows(
            statement.on_conflict_do_update(["phone"], set_=values, where=only_soft)
        )
    )


@dataclass(frozen=True)
class Removed:
    """Many lines taken off at once: how many numbers went, and how many only their owner can
    take off.
    """

    off: int = 0
    theirs: int = 0


def remove_many(lines: Sequence[tuple[str, int]], actor: str | None = None) -> Removed:
    """Take lines off their lists, each as (kind, id).

    What only they can undo stays, what is gone is not counted.
    """
    off = theirs = 0
    for kind, id in lines:
        try:
            remove(kind, id, actor)
        except OnlyThey:
            theirs += 1
        except Gone:
            continue
        else:
            off += 1
    return Removed(off, theirs)


def add_by_hand(
    name: str | None, phone: str, reason: str | None, actor: str | None = None
) -> UnsubscribedContact:
    """An admin (`actor`) puts a number on the list. Raises Taken when it is there already."""
    row = UnsubscribedContact(name=name, phone=phone, reason=reason, source=MANUAL)
    db.session.add(row)
    db.session.flush()
    _note(phone, ConsentAct.WITHDRAWN, ConsentMethod.ADMIN, reason, actor)
    return row


def remove(kind: str, id: int, actor: str | None = None) -> queries.Entry:
    """An admin (`actor`) takes a row off its list ("unsubscribed" or "suppressed"); gives the
    line that is no more.

    Raises OnlyThey for an opt-out that came from the phone, Gone when there is no such row. An
    opt-out that is taken back is a return in the ledger, on that admin's word; that a dead
    number gets another chance is nobody's yes.
    """
    entry = queries.entry(kind, id)
    if entry is None:
        raise Gone
    if entry.theirs:
        raise OnlyThey
    db.session.execute(delete(TABLES[kind]).where(TABLES[kind].id == id))
    if entry.why == SkipReason.SAID_STOP:
        _note(entry.phone, ConsentAct.RETURNED, ConsentMethod.ADMIN, TAKEN_OFF, actor)
    return entry
