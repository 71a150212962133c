"""The table of how far the carrier's list of texts to us has been taken in."""

from typing import cast

from sqlalchemy import CheckConstraint, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import bool_default_false, int_default_zero, timestamp
from app.core.db import Model
from app.delivery.models import CARRIER_CHECK_SQL


class InboundCatchUp(Model):
    """One row a carrier: up to when every text to us is stored, and what the last look found.

    `certain_until` is on the carrier's clock, the other times are on ours. `found_count` texts
    were found up to `found_at`; `was_off`: they came in while no process led.
    """

    __tablename__ = "inbound_catch_ups"
    __table_args__ = (CheckConstraint(CARRIER_CHECK_SQL, name="carrier"),)

    carrier: Mapped[str] = mapped_column(String(10), primary_key=True)
    certain_until: Mapped[timestamp]
    requested_at: Mapped[timestamp | None]
    tried_at: Mapped[timestamp | None]
    succeeded_at: Mapped[timestamp | None]
    failure: Mapped[str | None] = mapped_column(String(200))
    found_count: Mapped[int_default_zero]
    found_at: Mapped[timestamp | None]
    was_off: Mapped[bool_default_false]


inbound_catch_ups = cast("Table", InboundCatchUp.__table__)
