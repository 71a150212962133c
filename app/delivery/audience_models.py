"""Whom a blast is for, where that is neither the community nor one event: the lists of it.

They stand here and not with the segments because blasts refer to them, groups ask which blasts
name them, and claiming asks through which lists a person was reached.
"""

from enum import StrEnum

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    bool_default_false,
    build_e164_check,
    enum_column,
    long_text,
    primary_key,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs
from app.domain.audiences.audience_rules import MAX_DETAIL_LENGTH, PartKind

MAX_PART_NAME_LENGTH = 200


class PartRole(StrEnum):
    """Whether the people of a part are meant, or left out."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class BlastAudience(Model):
    """The audience of one blast. After the blast was confirmed only `is_for_admins` changes.

    `rule`: as the parts say, in JSON; equal rules have the same `rule_hash`. `sentence`: the rule
    in words, with the names of that time.
    """

    __tablename__ = "audiences"
    __column_classes__ = ColumnClasses(administrative="rule rule_hash sentence")

    id: Mapped[primary_key]
    rule: Mapped[long_text]
    rule_hash: Mapped[str] = mapped_column(String(64))
    sentence: Mapped[long_text]
    is_texted_today_excluded: Mapped[bool_default_false]
    # True: the people are those of audience_people, as they were when it was confirmed
    is_frozen: Mapped[bool_default_false]
    created_at: Mapped[timestamp_default_now]
    # True: who is in it tells who has what in a sensitive field, so only admins see its people. It
    # stays when the segment is changed or deleted
    is_for_admins: Mapped[bool_default_false]


class BlastAudiencePart(Model):
    """One list of an audience. `ref_id` is null where it needs none, and once the list is gone.

    `name`: what the list was called when the blast was confirmed.
    """

    __tablename__ = "audience_parts"
    __column_classes__ = ColumnClasses(administrative="detail name")
    __table_args__ = (
        Index("ix_audience_parts_audience_id", "audience_id"),
        Index("ix_audience_parts_ref", "kind", "ref_id", "audience_id"),
    )

    id: Mapped[primary_key]
    audience_id: Mapped[int] = mapped_column(ForeignKey("audiences.id", ondelete="CASCADE"))
    role: Mapped[PartRole] = mapped_column(enum_column(PartRole))
    kind: Mapped[PartKind] = mapped_column(enum_column(PartKind))
    ref_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(String(MAX_DETAIL_LENGTH), default="", server_default="")
    name: Mapped[str] = mapped_column(String(MAX_PART_NAME_LENGTH), default="", server_default="")


class BlastAudiencePerson(Model):
    """One person whom an audience names: pasted, selected, or on its list when it was frozen."""

    __tablename__ = "audience_people"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone name")
    __held_as__ = HeldAs("Chosen by name for a blast")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        Index("ix_audience_people_phone", "phone"),
    )

    audience_id: Mapped[int] = mapped_column(
        ForeignKey("audiences.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    phone: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(100))


# SQLite gives the id of a deleted row again: a part never means what came after.
GONE_LIST_DDL = tuple(
    f"CREATE TRIGGER {table}_audience_parts AFTER DELETE ON {table} BEGIN UPDATE audience_parts "
    f"SET ref_id = NULL WHERE kind = '{kind}' AND ref_id = old.id; END"
    for table, kind in (
        ("events", PartKind.EVENT),
        ("groups", PartKind.GROUP),
        ("segments", PartKind.SEGMENT),
    )
)
for _statement in GONE_LIST_DDL:
    event.listen(Model.metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
