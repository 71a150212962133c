"""The entries of the do-not-text list: both tables as one select, and single entries of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Row,
    Select,
    String,
    case,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from app.core.column_types import UtcDateTime
from app.core.db import db
from app.domain.delivery.skip_reasons import SkipReason
from app.suppression.models import (
    CARRIER_SOURCE,
    INBOUND_SOURCE,
    MANUAL_SOURCE,
    PAUSE_SOURCE,
    PAUSE_SOURCES,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)

# Sources that are the word of the phone's owner, given to us or to the carrier.
OWNER_SOURCES = frozenset({INBOUND_SOURCE, CARRIER_SOURCE})
SOURCE_LABELS = {
    INBOUND_SOURCE: "By text",
    MANUAL_SOURCE: "Added by hand",
    CARRIER_SOURCE: "Reported by Twilio",
    "import": "From an imported list",
    "community": "From the community page",
    "event": "From an event's page",
    PAUSE_SOURCE: "Paused",
}
# Of the exported list: by these an import reads a pause back as one.
PHONE_HEADING = "phone"
PAUSE_END_HEADING = "paused until (UTC)"
CSV_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
LIST_KINDS = ("unsubscribed", "suppressed")


@dataclass(frozen=True)
class SuppressionEntry:
    """An entry of the do-not-text list. `kind` (of LIST_KINDS) and `id` name its row.

    `ends_at`: when a pause is over; None: it has no end.
    """

    kind: str
    id: int
    name: str | None
    phone: str
    why: SkipReason
    source: str
    note: str | None
    since: datetime
    ends_at: datetime | None = None

    @property
    def is_owner_only(self) -> bool:
        """Whether only the phone's owner can take this back."""
        return is_owner_opt_out(self.source, self.why)

    @property
    def evidence_text(self) -> str:
        """How we know, in words."""
        # The note of an inbound opt-out quotes the text itself.
        if self.note and self.source in (INBOUND_SOURCE, PAUSE_SOURCE):
            return self.note
        label = SOURCE_LABELS.get(self.source.partition(":")[0], self.source)
        return " · ".join(filter(None, [label, self.note]))


def is_owner_opt_out(source: str | None, reason: SkipReason) -> bool:
    """Whether an entry of this source is an opt-out that only the phone's owner can take back.

    So is a pause that they texted, before its day.
    """
    if reason == SkipReason.PAUSED:
        return source == PAUSE_SOURCE
    return reason == SkipReason.SAID_STOP and source in OWNER_SOURCES


def find_suppression_entry(kind: str, id: int) -> SuppressionEntry | None:
    """Return one entry, or None."""
    return next(iter(load_suppression_entries([(kind, id)])), None)


def find_suppression_entries_by_phone(phone: str) -> list[SuppressionEntry]:
    """Return the entries of one number: none, one, or one of each list."""
    lists = [rows.where(rows.selected_columns.phone == phone) for rows in select_both_lists()]
    return _execute_entries(union_all(*lists))


def load_suppression_entries(keys: Sequence[tuple[str, int]]) -> list[SuppressionEntry]:
    """Return the entries with these (kind, id), in this order; missing ones are left out."""
    lists = []
    for kind, rows in zip(LIST_KINDS, select_both_lists(), strict=True):
        ids = [id_ for own_kind, id_ in keys if own_kind == kind]
        lists.append(rows.where(rows.selected_columns.id.in_(ids)))
    entries = {(entry.kind, entry.id): entry for entry in _execute_entries(union_all(*lists))}
    return [entries[key] for key in keys if key in entries]


def _execute_entries(rows: CompoundSelect[Any]) -> list[SuppressionEntry]:
    return list(map(build_suppression_entry, db.session.execute(rows)))


def select_both_lists() -> list[Select[Any]]:
    """Return a select of each list, with the same columns and in the order of LIST_KINDS."""
    said_stop = literal(SkipReason.SAID_STOP.value)
    number_dead = literal(SkipReason.NUMBER_DEAD.value)
    is_pause = UnsubscribedContact.source.in_(PAUSE_SOURCES)
    unsubscribed = select(
        literal(LIST_KINDS[0]).label("kind"),
        UnsubscribedContact.id,
        UnsubscribedContact.name,
        UnsubscribedContact.phone,
        # The source, which every index of the list holds, and not the end.
        case((is_pause, literal(SkipReason.PAUSED.value)), else_=said_stop).label("why"),
        UnsubscribedContact.source,
        UnsubscribedContact.reason,
        UnsubscribedContact.created_at,
        UnsubscribedContact.folded_name,
        UnsubscribedContact.ends_at,
    )
    is_opt_out = SuppressedContact.category == SuppressionCategory.OPT_OUT
    suppressed = select(
        literal(LIST_KINDS[1]).label("kind"),
        SuppressedContact.id,
        type_coerce(null(), String).label("name"),
        SuppressedContact.phone,
        case((is_opt_out, said_stop), else_=number_dead).label("why"),
        SuppressedContact.source,
        SuppressedContact.reason,
        SuppressedContact.created_at,
        type_coerce(null(), String).label("folded_name"),
        type_coerce(null(), UtcDateTime).label("ends_at"),
    ).where(SuppressedContact.category != SuppressionCategory.SOFT_FAIL)
    return [unsubscribed, suppressed]


def build_suppression_entry(row: Row[Any]) -> SuppressionEntry:
    """Return the entry of a row of select_both_lists()."""
    return SuppressionEntry(
        kind=row.kind,
        id=row.id,
        name=row.name,
        phone=row.phone,
        why=SkipReason(row.why),
        source=row.source or "",
        note=row.reason,
        since=row.created_at,
        ends_at=row.ends_at,
    )
