"""The table of the audit log."""

from datetime import datetime

from sqlalchemy import DDL, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.column_types import UtcDateTime, primary_key
from app.core.db import Model


class AuditEvent(Model):
    """What one person did: who, what, to which thing, before and after, from which address.

    Triggers refuse to change or delete a row.
    """

    __tablename__ = "audit_events"
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


for _act in ("UPDATE", "DELETE"):
    event.listen(
        AuditEvent.__table__,
        "after_create",
        DDL(
            f"CREATE TRIGGER audit_events_no_{_act.lower()} BEFORE {_act} ON audit_events "
            "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END"
        ),
    )
