"""Pauses whose place an opt-out has taken: they hold again when it is taken back in time."""

from typing import cast

from sqlalchemy import CheckConstraint, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import build_e164_check, e164, timestamp
from app.core.db import Model
from app.core.held_data import HeldAs


class ReplacedPause(Model):
    """A pause of a number that has opted out meanwhile, as it was in unsubscribed_contacts."""

    __tablename__ = "replaced_pauses"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        personal="phone source name",
        sensitive="reason",
    )
    __held_as__ = HeldAs("Pauses before they opted out")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        CheckConstraint("source IN ('pause', 'pause:manual')", name="source"),
    )

    phone: Mapped[e164] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(50))
    reason: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[timestamp]
    ends_at: Mapped[timestamp]


replaced_pauses = cast("Table", ReplacedPause.__table__)
