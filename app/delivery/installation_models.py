"""The one row that says which installation this is, and what keeps it from sending."""

from typing import cast

from sqlalchemy import CheckConstraint, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import int_default_zero, primary_key, timestamp
from app.core.db import Model


class Installation(Model):
    """Which installation the database belongs to, and whether it was compared with the carrier.

    `armed_count` grows by 1 with every text that is handed to the carrier; a file beside the
    database keeps it too. `checked_epoch`: the lead under which the comparison was passed.
    """

    __tablename__ = "installation"
    __column_classes__ = ColumnClasses(
        administrative="installation_id machine path hold_reason reconcile_words",
    )
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("hold_reason IN ('behind', 'carrier', 'clone')", name="hold_reason"),
    )

    id: Mapped[primary_key]
    # null until it has something to send through the real carrier
    installation_id: Mapped[str | None] = mapped_column(String(32))
    machine: Mapped[str | None] = mapped_column(String(64))
    path: Mapped[str | None] = mapped_column(Text)
    armed_count: Mapped[int_default_zero]
    checked_epoch: Mapped[int | None]
    # null: texts leave
    hold_reason: Mapped[str | None] = mapped_column(String(20))
    # the moment of the database: what left later is not known here
    hold_since: Mapped[timestamp | None]
    held_at: Mapped[timestamp | None]
    reconcile_requested_at: Mapped[timestamp | None]
    reconciled_at: Mapped[timestamp | None]
    # what the last comparison found, or why it failed
    reconcile_words: Mapped[str | None] = mapped_column(String(600))


installation = cast("Table", Installation.__table__)
