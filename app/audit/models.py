"""The tables of the audit log."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import DDL, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.column_classes import ColumnClasses
from app.core.column_types import UtcDateTime, enum_column, primary_key
from app.core.db import Model

# What is left in `people` of people who asked to be erased.
ERASED_PEOPLE = '{"names": "erased"}'


class AuditEvent(Model):
    """What one person did: who, what, to which thing, before and after, from which address.

    Triggers refuse to change or delete a row. `mac` chains it to the row before it
    (audit_chain.py); names of people are in `people` alone, which may be erased.
    """

    __tablename__ = "audit_events"
    __column_classes__ = ColumnClasses(
        administrative="who verb request_id thing_kind thing_name people_digest mac",
        personal="about client_ip people",
        sensitive="details",
    )
    __table_args__ = (
        Index("ix_audit_events_who_at", "who", "at"),
        Index("ix_audit_events_user_id_verb_at", "user_id", "verb", "at"),
        Index("ix_audit_events_verb_at", "verb", "at"),
        Index("ix_audit_events_thing_kind_thing_id", "thing_kind", "thing_id"),
    )

    id: Mapped[primary_key]
    at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, server_default=text("CURRENT_TIMESTAMP"), index=True
    )
    who: Mapped[str] = mapped_column(String(80))
    verb: Mapped[str] = mapped_column(String(60))
    about: Mapped[str | None] = mapped_column(String(200))
    details: Mapped[str | None] = mapped_column(Text)
    client_ip: Mapped[str | None] = mapped_column(String(45))
    request_id: Mapped[str | None] = mapped_column(String(32))
    # No foreign key: the row stays as it is when the user is deleted.
    user_id: Mapped[int | None]
    thing_kind: Mapped[str | None] = mapped_column(String(30))
    thing_id: Mapped[int | None]
    thing_name: Mapped[str | None] = mapped_column(String(200))
    people: Mapped[str | None] = mapped_column(Text)
    people_digest: Mapped[str | None] = mapped_column(String(64))
    mac: Mapped[str | None] = mapped_column(String(64))


class AuditPerson(Model):
    """That a row is about a person, by the keyed hash of the number: what the page filters by."""

    __tablename__ = "audit_people"
    __column_classes__ = ColumnClasses(personal="phone_hash")
    __table_args__ = {"sqlite_with_rowid": False}

    phone_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    audit_event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AnchorKind(StrEnum):
    """Why the chain begins at an anchor."""

    START = "start"
    ARCHIVED = "archived"
    NEW_KEY = "new_key"


class AuditAnchor(Model):
    """From where on the chain is verified: the row `last_id` before it had this `mac`.

    `seal` is over the other columns, with the key `key_id` that the rows after it are chained by.
    """

    __tablename__ = "audit_anchors"
    __column_classes__ = ColumnClasses(administrative="mac key_id seal")

    id: Mapped[primary_key]
    kind: Mapped[AnchorKind] = mapped_column(enum_column(AnchorKind))
    last_id: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, server_default=text("CURRENT_TIMESTAMP")
    )
    seal: Mapped[str] = mapped_column(String(64))


_ABORT = "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END"
_SAME_ROW = (
    "new.id = old.id AND new.at = old.at AND new.who = old.who AND new.verb = old.verb"
    " AND new.about IS old.about AND new.details IS old.details"
    " AND new.user_id IS old.user_id AND new.thing_kind IS old.thing_kind"
    " AND new.thing_id IS old.thing_id AND new.thing_name IS old.thing_name"
    " AND new.client_ip IS old.client_ip AND new.request_id IS old.request_id"
)
# Erasing a person replaces the people of a row, and may change nothing else.
_NAMES_ARE_ERASED = (
    f"old.people IS NOT NULL AND new.people = '{ERASED_PEOPLE}'"
    " AND new.people_digest IS old.people_digest AND new.mac IS old.mac"
)
# The rows of an older release are chained by the first start of this one.
_ROW_IS_CHAINED = "old.mac IS NULL AND new.mac IS NOT NULL AND new.people IS old.people"
AUDIT_TRIGGERS_DDL = (
    "CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events "
    f"WHEN NOT ({_SAME_ROW} AND ({_NAMES_ARE_ERASED} OR {_ROW_IS_CHAINED})) {_ABORT}",
    # Rows up to an anchor are in the archive.
    "CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events "
    "WHEN NOT EXISTS (SELECT 1 FROM audit_anchors WHERE kind = 'archived' "
    f"AND last_id >= old.id) {_ABORT}",
    # INSERT OR REPLACE deletes a row without the triggers of UPDATE and DELETE.
    "CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events "
    f"WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = new.id) {_ABORT}",
)
ANCHOR_TRIGGERS_DDL = (
    "CREATE TRIGGER audit_anchors_no_update BEFORE UPDATE ON audit_anchors "
    "BEGIN SELECT RAISE(ABORT, 'audit_anchors is append-only'); END",
    "CREATE TRIGGER audit_anchors_no_delete BEFORE DELETE ON audit_anchors "
    "BEGIN SELECT RAISE(ABORT, 'audit_anchors is append-only'); END",
)
for _statement in AUDIT_TRIGGERS_DDL:
    event.listen(AuditEvent.__table__, "after_create", DDL(_statement))
for _statement in ANCHOR_TRIGGERS_DDL:
    event.listen(AuditAnchor.__table__, "after_create", DDL(_statement))
