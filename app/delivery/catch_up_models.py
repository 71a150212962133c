"""What is known of the carrier's calls: up to when no text is missing, and what was refused."""

from enum import StrEnum
from typing import cast

from sqlalchemy import CheckConstraint, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    bool_default_false,
    enum_column,
    int_default_zero,
    timestamp,
)
from app.core.db import Model
from app.delivery.models import CARRIER_CHECK_SQL


class InboundCatchUp(Model):
    """One row a carrier: up to when every text to us is stored, and what the last look found.

    `certain_until` is on the carrier's clock, the other times are on ours. `found_count` texts
    were found up to `found_at`; `was_off`: they came in while no process led.
    """

    __tablename__ = "inbound_catch_ups"
    __column_classes__ = ColumnClasses(administrative="carrier failure")
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


class RefusalKind(StrEnum):
    """Why a call of the carrier was refused.

    `address`: its signature fits another address than ours; `signature`: it fits none; `account`:
    another account signed it.
    """

    ADDRESS = "address"
    SIGNATURE = "signature"
    ACCOUNT = "account"


class RefusedCalls(Model):
    """The calls that were refused since the last one that was taken; a row a carrier.

    `expected_url`: the address we check signatures against; `called_url`: the one the last call
    came to; `fitting_url`: the base address that its signature fits. `told_at`: when an admin was
    told.
    """

    __tablename__ = "refused_calls"
    __column_classes__ = ColumnClasses(administrative="carrier expected_url called_url fitting_url")
    __table_args__ = (CheckConstraint(CARRIER_CHECK_SQL, name="carrier"),)

    carrier: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int_default_zero]
    first_at: Mapped[timestamp]
    last_at: Mapped[timestamp]
    kind: Mapped[RefusalKind] = mapped_column(enum_column(RefusalKind))
    expected_url: Mapped[str] = mapped_column(String(300))
    called_url: Mapped[str] = mapped_column(String(300))
    fitting_url: Mapped[str | None] = mapped_column(String(300))
    told_at: Mapped[timestamp | None]


refused_calls = cast("Table", RefusedCalls.__table__)
