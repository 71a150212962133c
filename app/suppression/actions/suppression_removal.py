"""Taking entries off the do-not-text list."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from app.core.clock import now
from app.core.db import NotFound, db
from app.domain.delivery.skip_reasons import SkipReason
from app.suppression.actions.consent_events import add_consent_event
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.actions.replaced_pauses import restore_replaced_pauses
from app.suppression.models import (
    INBOUND_SOURCE,
    PAUSE_SCOPE,
    ConsentAct,
    ConsentMethod,
    SuppressedContact,
    UnsubscribedContact,
)
from app.suppression.queries.consent_history import has_recorded_stop
from app.suppression.queries.suppression_entries import SuppressionEntry, find_suppression_entry

MODEL_BY_LIST: dict[str, type[UnsubscribedContact] | type[SuppressedContact]] = {
    "unsubscribed": UnsubscribedContact,
    "suppressed": SuppressedContact,
}
OWN_STOP_REASON = "Texted STOP before a user's note was removed"
ADMIN_REMOVAL_EVIDENCE = "Removed from the do-not-text list"
# What was said is taken back in the ledger; a dead number said nothing.
SCOPE_BY_REASON: dict[SkipReason, str | None] = {
    SkipReason.SAID_STOP: None,
    SkipReason.PAUSED: PAUSE_SCOPE,
}


class OnlyOwnerCanOptIn(Exception):
    """The opt-out came from the phone itself: only its owner takes it back, by texting START."""


@dataclass(frozen=True)
class SuppressionRemovals:
    """What became of many removals: entries deleted, and entries that only their owner can lift."""

    removed_count: int = 0
    owner_only_count: int = 0


def remove_suppression_entry(kind: str, id: int, actor: str | None = None) -> SuppressionEntry:
    """Delete an entry of the list ("unsubscribed" or "suppressed") and return it.

    Raises OnlyOwnerCanOptIn for an opt-out that came from the phone, NotFound when there is no
    such row. An opt-out that is taken back is a return in the consent history, on the word of
    `actor`; that a dead number gets another chance is nobody's consent. A pause that the opt-out
    had replaced holds again, and so does a STOP that they texted while it held.
    """
    entry = find_suppression_entry(kind, id)
    if entry is None:
        raise NotFound
    if entry.is_owner_only:
        raise OnlyOwnerCanOptIn
    said_stop_too = entry.why is SkipReason.SAID_STOP and has_recorded_stop(entry.phone)
    model = MODEL_BY_LIST[kind]
    db.session.execute(delete(model).where(model.id == id))
    if entry.why in SCOPE_BY_REASON:
        add_consent_event(
            entry.phone,
            ConsentAct.RETURNED,
            ConsentMethod.ADMIN,
            ADMIN_REMOVAL_EVIDENCE,
            actor,
            SCOPE_BY_REASON[entry.why],
        )
    if entry.why is SkipReason.SAID_STOP:
        restore_replaced_pauses([entry.phone], now())
    if said_stop_too:
        # They texted STOP while the note of a user held, which it outlives.
        record_opt_out(entry.phone, source=INBOUND_SOURCE, reason=OWN_STOP_REASON, name=entry.name)
    return entry


def remove_suppression_entries(
    keys: Sequence[tuple[str, int]], actor: str | None = None
) -> SuppressionRemovals:
    """Delete entries of the list, each named by (kind, id).

    Entries that only their owner can lift stay; those that are gone are not counted.
    """
    removed_count = owner_only_count = 0
    for kind, id in keys:
        try:
            remove_suppression_entry(kind, id, actor)
        except OnlyOwnerCanOptIn:
            owner_only_count += 1
        except NotFound:
            continue
        else:
            removed_count += 1
    return SuppressionRemovals(removed_count, owner_only_count)
