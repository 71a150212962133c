"""What was deleted in one act, and the rows that went with it."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    enum_column,
    int_default_zero,
    long_text,
    primary_key,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs

DAYS_IN_TRASH = 30


class TrashKind(StrEnum):
    """What was deleted. The values are stored."""

    MEMBER = "member"
    EVENT = "event"
    SURVEY = "survey"
    KEYWORD = "keyword"
    USER = "user"


class TrashAction(StrEnum):
    """What became of a row when the thing was deleted. The values are stored.

    UNLINKED: it stayed, and a column of it lost the thing. ENDED: it stayed, and is over.
    """

    DELETED = "deleted"
    UNLINKED = "unlinked"
    ENDED = "ended"


class TrashItem(Model):
    """What one act has deleted, such as one event with its registrations, or 12 people."""

    __tablename__ = "trash_items"
    __column_classes__ = ColumnClasses(administrative="deleted_by", personal="name")
    __table_args__ = (Index("ix_trash_items_deleted_at", "deleted_at"),)

    id: Mapped[primary_key]
    kind: Mapped[TrashKind] = mapped_column(enum_column(TrashKind, name="kind"))
    name: Mapped[str] = mapped_column(String(200))
    deleted_by: Mapped[str] = mapped_column(String(80))
    deleted_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    deleted_at: Mapped[timestamp_default_now]
    # how many rows went, with those of other tables
    row_count: Mapped[int_default_zero]


class TrashRow(Model):
    """One row that went or changed with a thing, as JSON of its stored values.

    In the order of `id` each row comes after those that it needs. `phone`: whom it is about, so
    that erasing this person finds it; null: about nobody.
    """

    __tablename__ = "trash_rows"
    __column_classes__ = ColumnClasses(
        others=PERSONAL, administrative="table_name", personal="phone", sensitive="row"
    )
    __held_as__ = HeldAs("Deleted, and in the trash for 30 days")
    __table_args__ = (
        CheckConstraint('json_valid("row")', name="row"),
        Index("ix_trash_rows_item_id", "item_id", "table_name"),
        Index("ix_trash_rows_phone", "phone", sqlite_where=text("phone IS NOT NULL")),
    )

    id: Mapped[primary_key]
    item_id: Mapped[int] = mapped_column(ForeignKey("trash_items.id", ondelete="CASCADE"))
    table_name: Mapped[str] = mapped_column(String(60))
    action: Mapped[TrashAction] = mapped_column(enum_column(TrashAction, name="action"))
    phone: Mapped[str | None] = mapped_column(String(20))
    row: Mapped[long_text]
