"""Putting numbers on the two lists and taking them off. Only rows of these lists: what waits to be sent is not ours."""

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects.sqlite import insert

from app.kit.clock import now
from app.kit.db import db, rows_changed
from app.suppression import queries
from app.suppression.models import (
    CARRIER,
    INBOUND,
    MANUAL,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)

TABLES: dict[str, type[UnsubscribedContact] | type[SuppressedContact]] = {
    "unsubscribed": UnsubscribedContact,
    "suppressed": SuppressedContact,
}


class OnlyThey(Exception):
    """This opt-out came from the phone itself: nobody but its owner takes it back, by texting START."""


class Gone(Exception):
    """There is no such row (any more)."""


def opt_out(phone: str, *, source: str, reason: str | None = None, name: str | None = None) -> bool:
    """Never text this number again. True when it was not on the list before.

    `source`: manual, import, community, event:<id>, message_failure or inbound. A number that is there already keeps
    its row; but the person's own STOP outweighs a note from elsewhere, so such a row becomes an inbound one.
    """
    values = {"phone": phone, "source": source, "reason": reason, "name": name, "created_at": now()}
    if rows_changed(insert(UnsubscribedContact).values(values).on_conflict_do_nothing(["phone"])):
        return True
    if source == INBOUND:
        db.session.execute(
            update(UnsubscribedContact)
            .where(UnsubscribedContact.phone == phone, UnsubscribedContact.source.not_in([MANUAL, INBOUND]))
            .values(source=INBOUND, reason=reason)
            .execution_options(synchronize_session=False)
        )
    return False


def lift(phone: str, *, manual_too: bool = False) -> bool:
    """The person texted START: take back every opt-out but one made by hand. A dead number stays dead.

    True when something was lifted; whether the number may be texted now is for `queries.is_left_out`.
    """
    stops = delete(UnsubscribedContact).where(UnsubscribedContact.phone == phone)
    bad = delete(SuppressedContact).where(
        SuppressedContact.phone == phone, SuppressedContact.category == SuppressionCategory.OPT_OUT
    )
    if not manual_too:
        stops = stops.where(UnsubscribedContact.source != MANUAL)
        bad = bad.where(or_(SuppressedContact.source.is_(None), SuppressedContact.source != MANUAL))
    lifted = [rows_changed(each.execution_options(synchronize_session=False)) for each in (stops, bad)]
    return any(lifted)


def mark_dead(phone: str, *, reason: str | None, log_id: int | None = None) -> bool:
    """This number does not work: leave it out from now on. True when that is news. An opt-out there stays one."""
    values = {
        "reason": reason,
        "category": SuppressionCategory.HARD_FAIL,
        "source": CARRIER,
        "source_type": None if log_id is None else "message_log",
        "source_message_log_id": log_id,
        "updated_at": now(),
    }
    statement = insert(SuppressedContact).values({"phone": phone, "created_at": now()} | values)
    only_soft = SuppressedContact.category == SuppressionCategory.SOFT_FAIL
    return bool(rows_changed(statement.on_conflict_do_update(["phone"], set_=values, where=only_soft)))


def add_by_hand(name: str | None, phone: str, reason: str | None) -> UnsubscribedContact:
    """An admin puts a number on the list. Raises Taken when it is there already."""
    row = UnsubscribedContact(name=name, phone=phone, reason=reason, source=MANUAL)
    db.session.add(row)
    db.session.flush()
    return row


def remove(kind: str, id: int) -> queries.Entry:
    """An admin takes a row off its list ("unsubscribed" or "suppressed"); gives the line that is no more.

    Raises OnlyThey for an opt-out that came from the phone, Gone when there is no such row.
    """
    entry = queries.entry(kind, id)
    if entry is None:
        raise Gone
    if entry.theirs:
        raise OnlyThey
    db.session.execute(delete(TABLES[kind]).where(TABLES[kind].id == id))
    return entry
