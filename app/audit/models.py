"""The table of the audit log."""

from datetime import datetime

from sqlalchemy import DDL, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.column_classes import ColumnClasses
from app.core.column_types import UtcDateTime, primary_key
from app.core.db import Model


class AuditEvent(Model):
    """What one person did: who, what, to which thing, before and after, from which address.

    Triggers refuse to change or delete a row.
    """

    __tablename__ = "audit_events"
    __column_classes__ = ColumnClasses(
        administrative="who verb request_id",
        personal="about client_ip",
        sensitive="details",
    )
    __table_args__ = (Index("ix_audit_events_who_at", "who", "at"),)

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


# Erasing a person replaces the names in a row's details, and may change nothing else.
AUDIT_TRIGGERS_DDL = (
    "CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events "
    "WHEN json_extract(new.details, '$.names') IS NOT 'erased' "
    "OR json_extract(old.details, '$.names') IS NULL "
    "OR new.id <> old.id OR new.at <> old.at OR new.who <> old.who OR new.verb <> old.verb "
    "OR new.about IS NOT old.about OR new.client_ip IS NOT old.client_ip "
    "OR new.request_id IS NOT old.request_id "
    "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END",
    "CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events "
    "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END",
)
for _statement in AUDIT_TRIGGERS_DDL:
    event.listen(AuditEvent.__table__, "after_create", DDL(_statement))
