"""When each number was texted last, so that no question about everyone reads a million texts."""

from typing import cast

from sqlalchemy import DDL, Table, event
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import e164, timestamp
from app.core.db import Model
from app.core.held_data import HeldAs
from app.delivery.models import Message


class LastText(Model):
    """When a number was texted last, or will be. Triggers on messages keep it.

    `texted_at` is exact to the quarter of an hour in which a text left: every zone's midnight
    begins one.
    """

    __tablename__ = "last_texts"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone")
    __held_as__ = HeldAs("When they were texted last")
    __table_args__ = {"sqlite_with_rowid": False}

    phone: Mapped[e164] = mapped_column(primary_key=True)
    texted_at: Mapped[timestamp]


# A text of ours counts, and no automatic answer, while it waits, may have been sent, or was; an
# erased number begins with "#". No IN: SQLite lays out its list anew whenever a trigger fires.
_COUNTS_SQL = (
    "(({row}kind = 'blast' OR {row}kind = 'reminder' OR {row}kind = 'reply') AND "
    "({row}status = 'queued' OR {row}status = 'submitting' OR {row}status = 'unknown' OR "
    "{row}status = 'accepted' OR {row}status = 'sent' OR {row}status = 'no_receipt' OR "
    "{row}status = 'delivered') AND {row}phone >= '+')"
)
# When it will leave, where it is held; else when it left; else when it was made.
_MOMENT_SQL = "coalesce({row}held_until, {row}submitted_at, {row}created_at)"
_QUARTER_SQL = f"substr({_MOMENT_SQL}, 1, 13) || (substr({_MOMENT_SQL}, 15, 2) / 15)"
_NEW_COUNTS_SQL, _OLD_COUNTS_SQL = _COUNTS_SQL.format(row="new."), _COUNTS_SQL.format(row="old.")
_NEW_MOMENT_SQL, _OLD_MOMENT_SQL = _MOMENT_SQL.format(row="new."), _MOMENT_SQL.format(row="old.")
_KEEP_SQL = (
    "BEGIN INSERT INTO last_texts (phone, texted_at) "
    f"VALUES (new.phone, {_NEW_MOMENT_SQL}) "
    "ON CONFLICT (phone) DO UPDATE SET texted_at = excluded.texted_at "
    "WHERE texted_at < excluded.texted_at; END"
)
# Of the newest three: somebody may have thousands, and few leave in another order.
_LOOK_BACK_SQL = (
    "BEGIN UPDATE last_texts SET texted_at = coalesce((SELECT max(moment) FROM "
    f"(SELECT {_MOMENT_SQL.format(row='')} AS moment FROM messages "
    f"WHERE phone = old.phone AND {_COUNTS_SQL.format(row='')} ORDER BY id DESC LIMIT 3)), '') "
    f"WHERE phone = old.phone AND texted_at <= {_OLD_MOMENT_SQL}; "
    "DELETE FROM last_texts WHERE phone = old.phone AND texted_at = ''; END"
)
LAST_TEXT_TRIGGERS = (
    "CREATE TRIGGER messages_last_text_insert AFTER INSERT ON messages "
    f"WHEN {_NEW_COUNTS_SQL} {_KEEP_SQL}",
    "CREATE TRIGGER messages_last_text_update "
    "AFTER UPDATE OF status, phone, submitted_at, held_until ON messages "
    f"WHEN {_NEW_COUNTS_SQL} AND (NOT {_OLD_COUNTS_SQL} OR new.phone <> old.phone OR "
    "((new.submitted_at IS NOT old.submitted_at OR new.held_until IS NOT old.held_until) AND "
    f"{_QUARTER_SQL.format(row='new.')} > {_QUARTER_SQL.format(row='old.')})) {_KEEP_SQL}",
    "CREATE TRIGGER messages_last_text_lost "
    "AFTER UPDATE OF status, phone, submitted_at, held_until ON messages "
    f"WHEN {_OLD_COUNTS_SQL} AND (NOT {_NEW_COUNTS_SQL} OR new.phone <> old.phone OR "
    f"{_NEW_MOMENT_SQL} < {_OLD_MOMENT_SQL}) {_LOOK_BACK_SQL}",
    "CREATE TRIGGER messages_last_text_delete AFTER DELETE ON messages "
    f"WHEN {_OLD_COUNTS_SQL} {_LOOK_BACK_SQL}",
)
last_texts = cast("Table", LastText.__table__)

# On the metadata, not on a table: both tables must be there before a trigger follows them.
for _statement in LAST_TEXT_TRIGGERS:
    event.listen(Message.metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
