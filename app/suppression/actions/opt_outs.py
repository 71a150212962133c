"""Opt-outs: numbers that must not be texted because their owner, or an admin, said so."""

from sqlalchemy import literal, select

from app.core.clock import now
from app.core.db import db
from app.domain.texts.name_folding import fold_name
from app.suppression import sql
from app.suppression.actions.consent_events import add_consent_event
from app.suppression.actions.replaced_pauses import forget_replaced_pause, replace_pauses
from app.suppression.models import (
    CARRIER_SOURCE,
    INBOUND_SOURCE,
    MANUAL_SOURCE,
    ConsentAct,
    ConsentMethod,
    UnsubscribedContact,
)
from app.suppression.queries.consent_history import find_last_consent_act

# How an opt-out was said, by its source; every other source is an admin's.
CONSENT_METHOD_BY_SOURCE = {
    INBOUND_SOURCE: ConsentMethod.STOP,
    CARRIER_SOURCE: ConsentMethod.CARRIER,
    "import": ConsentMethod.IMPORT,
}


def record_opt_out(
    phone: str,
    *,
    source: str,
    reason: str | None = None,
    name: str | None = None,
    actor: str | None = None,
) -> bool:
    """Put a number on the do-not-text list. Returns True when it was not on it before.

    `source`: manual, import, community, event:<id>, message_failure or inbound; `actor`: the user
    who did it. A number that is on the list keeps its row; but the person's own STOP outweighs a
    note from elsewhere, so such a row becomes an inbound one. A consent event is added for what
    is new: a number that was not on the list, and every STOP of the person. The same note from
    elsewhere proves nothing. A pause that another opt-out than their own STOP replaces is kept,
    for it may be taken back. Inside write().
    """
    if source == INBOUND_SOURCE:
        sql.DELETE_PAUSE.execute(b_phone=phone)
    else:
        replace_pauses(select(literal(phone)))
    is_new = bool(
        sql.INSERT_UNSUBSCRIBED.execute(
            phone=phone,
            source=source,
            reason=reason,
            name=name,
            created_at=now(),
            folded_name=fold_name(name),
        )
    )
    if is_new or source == INBOUND_SOURCE:
        method = CONSENT_METHOD_BY_SOURCE.get(source, ConsentMethod.ADMIN)
        add_consent_event(phone, ConsentAct.WITHDRAWN, method, reason, actor)
    close_stop_question(phone, "out", actor)
    if not is_new and source == INBOUND_SOURCE:
        sql.UPDATE_TO_OWN_STOP.execute(b_phone=phone, b_reason=reason)
    return is_new


def add_manual_opt_out(
    name: str | None, phone: str, reason: str | None, actor: str | None = None
) -> UnsubscribedContact:
    """Put a number on the list by hand. Raises UniqueViolation when it is on it already.

    A pause of theirs is kept for when it is taken back.
    """
    replace_pauses(select(literal(phone)))
    row = UnsubscribedContact(name=name, phone=phone, reason=reason, source=MANUAL_SOURCE)
    db.session.add(row)
    db.session.flush()
    add_consent_event(phone, ConsentAct.WITHDRAWN, ConsentMethod.ADMIN, reason, actor)
    return row


def lift_opt_outs(phone: str, *, manual_too: bool = False, evidence: str | None = None) -> bool:
    """Take back every opt-out of a person who texted START, but one that was made by hand.

    A dead number stays suppressed. Returns True when something was lifted; whether the number may
    be texted now is for find_suppression_reason(). A consent event is added in any case
    (`evidence`: what they texted): a return after an opt-out, else a first consent. Inside
    write().
    """
    deletions = sql.DELETE_ALL_OPT_OUTS if manual_too else sql.DELETE_NON_MANUAL_OPT_OUTS
    deleted_rows = sum(deletion.execute(b_phone=phone) for deletion in deletions)
    forget_replaced_pause(phone)
    close_stop_question(phone, "stay", None)
    act = ConsentAct.GRANTED
    if deleted_rows or find_last_consent_act(phone) is not None:
        act = ConsentAct.RETURNED
    add_consent_event(phone, act, ConsentMethod.START, evidence, None)
    return deleted_rows > 0


def close_stop_question(phone: str, verdict: str, actor: str | None) -> None:
    """Close the open STOP question of a number: a later text or act has answered it."""
    sql.CLOSE_STOP_QUESTION.execute(b_phone=phone, b_verdict=verdict, b_at=now(), b_by=actor)
