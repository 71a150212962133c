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
from app.core.db import NotFound, db, execute_and_count_rows
from app.domain.delivery.skip_reasons import SkipReason
from app.suppression import queries
from app.suppression.actions import opt_out_sql
from app.suppression.models import (
    CARRIER_SOURCE,
    INBOUND_SOURCE,
    MANUAL_SOURCE,
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)

MODEL_BY_LIST: dict[str, type[UnsubscribedContact] | type[SuppressedContact]] = {
    "unsubscribed": UnsubscribedContact,
    "suppressed": SuppressedContact,
}
# How an opt-out was said, by its source; whatever else is written there comes from an admin's hand.
CONSENT_METHOD_BY_SOURCE = {
    INBOUND_SOURCE: ConsentMethod.STOP,
    CARRIER_SOURCE: ConsentMethod.CARRIER,
    "import": ConsentMethod.IMPORT,
}
# Imports stand above this room: it knows of their rows only what it reads.
IMPORT_ROWS_TABLE = table(
    "import_rows", column("id"), column("import_id"), column("phone"), column("verdict")
)
UNREADABLE_VERDICTS = ("bad", "repeated")
ADMIN_REMOVAL_EVIDENCE = "Taken off the do-not-text list"


class OnlyOwnerCanOptIn(Exception):
    """This opt-out came from the phone itself: nobody but its owner takes it back, by texting
    START.
    """


def record_opt_out(
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
        opt_out_sql.INSERT_UNSUBSCRIBED.execute(
            phone=phone, source=source, reason=reason, name=name, created_at=now()
        )
    )
    if is_new or source == INBOUND_SOURCE:
        _add_consent_event(
            phone,
            ConsentAct.WITHDRAWN,
            CONSENT_METHOD_BY_SOURCE.get(source, ConsentMethod.ADMIN),
            reason,
            actor,
        )
    close_stop_question(phone, "out", actor)
    if not is_new and source == INBOUND_SOURCE:
        opt_out_sql.UPDATE_TO_OWN_STOP.execute(b_phone=phone, b_reason=reason)
    return is_new


def close_stop_question(phone: str, verdict: str, actor: str | None) -> None:
    """What they say now answers whether an earlier text meant STOP."""
    opt_out_sql.CLOSE_STOP_QUESTION.execute(
        b_phone=phone, b_verdict=verdict, b_at=now(), b_by=actor
    )


def lift_opt_outs(phone: str, *, manual_too: bool = False, evidence: str | None = None) -> bool:
    """The person texted START: take back every opt-out but one made by hand.

    A dead number stays dead.

    True when something was lifted; whether the number may be texted now is for
    `queries.is_left_out`. The ledger has their word in any case (`evidence`: what they texted):
    as a return after an opt-out, else as a first yes.
    """
    lifts = (
        opt_out_sql.DELETE_ALL_OPT_OUTS if manual_too else opt_out_sql.DELETE_NON_MANUAL_OPT_OUTS
    )
    lifted = any([each.execute(b_phone=phone) for each in lifts])
    close_stop_question(phone, "stay", None)
    came_back = lifted or queries.find_last_consent_act(phone) is not None
    _add_consent_event(
        phone,
        ConsentAct.RETURNED if came_back else ConsentAct.GRANTED,
        ConsentMethod.START,
        evidence,
        None,
    )
    return lifted


def grant_consent(
    phone: str, method: ConsentMethod, evidence: str | None, actor: str | None
) -> bool:
    """Write down that somebody said yes, and how we know.

    False for a number that has opted out: that word stands.
    """
    if queries.has_opted_out(phone):
        return False
    _add_consent_event(phone, ConsentAct.GRANTED, method, evidence, actor)
    return True


def grant_import_consent(
    import_id: int, method: ConsentMethod, evidence: str | None, actor: str | None
) -> int:
    """Write down the yes of everybody on an import's readable rows, in one statement.

    Says of how many.

    Whoever has a recorded yes already keeps that one; an opt-out stands, whatever the file
    says. Before the rows of the import are forgotten, and inside the write that confirms it.
    """
    people = select(IMPORT_ROWS_TABLE.c.phone).where(
        IMPORT_ROWS_TABLE.c.import_id == import_id,
        IMPORT_ROWS_TABLE.c.verdict.not_in(UNREADABLE_VERDICTS),
        queries.select_list_suppression_reason(IMPORT_ROWS_TABLE.c.phone).is_distinct_from(
            queries.SAID_STOP_REASON
        ),
        queries.select_newest_consent_act(IMPORT_ROWS_TABLE.c.phone).is_distinct_from(
            ConsentAct.GRANTED.value
        ),
        queries.select_newest_consent_act(IMPORT_ROWS_TABLE.c.phone).is_distinct_from(
            ConsentAct.RETURNED.value
        ),
    )
    return _add_consent_events(
        people.order_by(IMPORT_ROWS_TABLE.c.id),
        ConsentAct.GRANTED,
        method,
        evidence,
        actor,
        import_id,
    )


def withdraw_import_consent(import_id: int, actor: str | None) -> list[str]:
    """Write down the opt-outs that an import brought onto the list, in one statement; gives
    their numbers.

    Inside the write that confirms it.
    """
    people = select(IMPORT_ROWS_TABLE.c.phone).where(
        IMPORT_ROWS_TABLE.c.import_id == import_id, IMPORT_ROWS_TABLE.c.verdict == "new"
    )
    people = people.order_by(IMPORT_ROWS_TABLE.c.id)
    _add_consent_events(people, ConsentAct.WITHDRAWN, ConsentMethod.IMPORT, None, actor, import_id)
    return list(db.session.scalars(people))


def revert_import_consent(import_id: int, evidence: str | None, actor: str | None) -> int:
    """An import is undone: what it wrote down holds no longer, unless they have spoken since.

    Of how many people.

    A yes becomes a withdrawal. An opt-out whose number is off the list again becomes a return
    where a yes stood before it, and that yes holds again: so call it after the rows are gone.
    That a file was wrong is nobody's first yes.
    """
    line = ConsentEvent
    yes_before = queries.select_newest_consent_act(line.phone, before=line.id).in_(
        [ConsentAct.GRANTED.value, ConsentAct.RETURNED.value]
    )
    wrote = select(line.phone).where(
        line.import_id == import_id,
        line.id == queries.select_newest_consent_id(line.phone),
    )
    yes = wrote.where(line.act == ConsentAct.GRANTED)
    off_again = wrote.where(
        line.act == ConsentAct.WITHDRAWN,
        line.evidence.is_distinct_from(evidence),
        yes_before,
        ~exists().where(UnsubscribedContact.phone == line.phone),
    )
    back = _add_consent_events(
        off_again, ConsentAct.RETURNED, ConsentMethod.IMPORT, evidence, actor, import_id
    )
    return back + _add_consent_events(
        yes, ConsentAct.WITHDRAWN, ConsentMethod.IMPORT, evidence, actor, import_id
    )


def _add_consent_event(
    phone: str,
    act: ConsentAct,
    method: ConsentMethod,
    evidence: str | None,
    actor: str | None,
) -> None:
    opt_out_sql.INSERT_CONSENT_EVENT.execute(
        phone=phone, act=act, method=method, evidence=evidence, actor=actor, at=now()
    )


def _add_consent_events(
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
        insert(ConsentEvent).from_select(["phone", *values], lines, include_defaults=False)
    )


def mark_number_undeliverable(phone: str, *, reason: str | None, log_id: int | None = None) -> bool:
    """This number does not work: leave it out from now on.

    True when that is news. An opt-out there stays one.
    """
    values = {
        "reason": reason,
        "category": SuppressionCategory.HARD_FAIL,
        "source": CARRIER_SOURCE,
        "source_type": None if log_id is None else "message_log",
        "source_message_log_id": log_id,
        "updated_at": now(),
    }
    statement = insert(SuppressedContact).values({"phone": phone, "created_at": now()} | values)
    only_soft = SuppressedContact.category == SuppressionCategory.SOFT_FAIL
    return bool(
        execute_and_count_rows(
            statement.on_conflict_do_update(["phone"], set_=values, where=only_soft)
        )
    )


@dataclass(frozen=True)
class SuppressionRemovals:
    """Many lines taken off at once: how many numbers went, and how many only their owner can
    take off.
    """

    removed_count: int = 0
    owner_only_count: int = 0


def remove_suppression_entries(
    lines: Sequence[tuple[str, int]], actor: str | None = None
) -> SuppressionRemovals:
    """Take lines off their lists, each as (kind, id).

    What only they can undo stays, what is gone is not counted.
    """
    off = theirs = 0
    for kind, id in lines:
        try:
            remove_suppression_entry(kind, id, actor)
        except OnlyOwnerCanOptIn:
            theirs += 1
        except NotFound:
            continue
        else:
            off += 1
    return SuppressionRemovals(off, theirs)


def add_manual_opt_out(
    name: str | None, phone: str, reason: str | None, actor: str | None = None
) -> UnsubscribedContact:
    """An admin (`actor`) puts a number on the list. Raises Taken when it is there already."""
    row = UnsubscribedContact(name=name, phone=phone, reason=reason, source=MANUAL_SOURCE)
    db.session.add(row)
    db.session.flush()
    _add_consent_event(phone, ConsentAct.WITHDRAWN, ConsentMethod.ADMIN, reason, actor)
    return row


def remove_suppression_entry(
    kind: str, id: int, actor: str | None = None
) -> queries.SuppressionEntry:
    """An admin (`actor`) takes a row off its list ("unsubscribed" or "suppressed"); gives the
    line that is no more.

    Raises OnlyThey for an opt-out that came from the phone, Gone when there is no such row. An
    opt-out that is taken back is a return in the ledger, on that admin's word; that a dead
    number gets another chance is nobody's yes.
    """
    entry = queries.find_suppression_entry(kind, id)
    if entry is None:
        raise NotFound
    if entry.is_owner_only:
        raise OnlyOwnerCanOptIn
    db.session.execute(delete(MODEL_BY_LIST[kind]).where(MODEL_BY_LIST[kind].id == id))
    if entry.why == SkipReason.SAID_STOP:
        _add_consent_event(
            entry.phone,
            ConsentAct.RETURNED,
            ConsentMethod.ADMIN,
            ADMIN_REMOVAL_EVIDENCE,
            actor,
        )
    return entry
