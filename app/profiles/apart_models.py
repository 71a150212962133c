"""People of one name who are two, as a user has said."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import timestamp_default_now
from app.core.db import Model
from app.core.held_data import HeldAs, HeldBy


class PeopleKeptApart(Model):
    """Two people who are not the same one; the one with the smaller id comes first."""

    __tablename__ = "people_kept_apart"
    __column_classes__ = ColumnClasses(others=PERSONAL)
    __held_as__ = HeldAs("Not the same as another person", "person_id", HeldBy.PERSON)
    __table_args__ = (
        CheckConstraint("person_id < other_id", name="order"),
        Index("ix_people_kept_apart_other_id", "other_id"),
    )

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[timestamp_default_now]
