"""How often the do-not-text lists changed: the file of opt-outs beside the database counts on."""

from typing import cast

from sqlalchemy import CheckConstraint, Table
from sqlalchemy.orm import Mapped

from app.core.column_classes import ColumnClasses
from app.core.column_types import int_default_zero, primary_key
from app.core.db import Model


class StopJournal(Model):
    """The one row of the count. `position` grows with every change of an opt-out.

    A database whose position is behind that of the file is an older one that was put back.
    """

    __tablename__ = "stop_journal"
    __column_classes__ = ColumnClasses()
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[primary_key]
    position: Mapped[int_default_zero]


stop_journal = cast("Table", StopJournal.__table__)
