"""Segments: saved rules that say which people are meant. Who that is, is read anew each time."""

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, validates

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    enum_column,
    long_text,
    primary_key,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.audiences.conditions import ReferenceKind
from app.domain.texts.name_folding import fold_name

MAX_SEGMENT_NAME_LENGTH = 80
MAX_SEGMENT_DESCRIPTION_LENGTH = 300


class SegmentReference(Model):
    """A group, field, event, survey or blast that a segment's rule names.

    `is_gone`: it was deleted; triggers set it. The rule must not mean what came after, for until
    migration 69 the id of a deleted thing was given to the next one.
    """

    __tablename__ = "segment_references"
    __column_classes__ = ColumnClasses()
    __table_args__ = (
        CheckConstraint("is_gone IN (0, 1)", name="is_gone"),
        Index("ix_segment_references_ref", "kind", "ref_id"),
    )

    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[ReferenceKind] = mapped_column(
        enum_column(ReferenceKind, name="kind"), primary_key=True
    )
    ref_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_gone: Mapped[bool_default_false]


class Segment(Model):
    """A rule with a name. `rule`: its JSON (app/domain/audiences/segment_json.py).

    `sentence` is how the rule read when it was saved; pages make it anew, for things are renamed.
    """

    __tablename__ = "segments"
    __column_classes__ = ColumnClasses(
        administrative="name folded_name description rule sentence created_by",
    )
    __table_args__ = (
        CheckConstraint("length(trim(name)) > 0", name="name"),
        CheckConstraint("json_valid(rule)", name="rule"),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(MAX_SEGMENT_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(MAX_SEGMENT_NAME_LENGTH * 2), unique=True)
    description: Mapped[str | None] = mapped_column(String(MAX_SEGMENT_DESCRIPTION_LENGTH))
    rule: Mapped[long_text]
    sentence: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]
    # What the rule names and was deleted, "group:3,field:2", or null: read with each segment.
    gone_text: Mapped[str | None] = column_property(
        select(
            func.group_concat(func.printf("%s:%d", SegmentReference.kind, SegmentReference.ref_id))
        )
        .where(SegmentReference.segment_id == literal_column("segments.id"))
        .where(SegmentReference.is_gone)
        .correlate_except(SegmentReference)
        .scalar_subquery()
    )

    @validates("name")
    def _set_name(self, key: str, name: str) -> str:
        self.folded_name = fold_segment_name(name)
        return name


def fold_segment_name(name: str) -> str:
    """Return a segment's name as it is compared, without capitals and accents."""
    return fold_name(name) or name.strip().lower()


add_updated_at_trigger(Segment, "name", "description", "rule")
GONE_REFERENCE_DDL = tuple(
    f"CREATE TRIGGER {table}_segment_references AFTER DELETE ON {table} BEGIN "
    f"UPDATE segment_references SET is_gone = 1 WHERE kind = '{kind}' AND ref_id = old.id; END"
    for table, kind in (
        ("groups", ReferenceKind.GROUP),
        ("person_fields", ReferenceKind.FIELD),
        ("events", ReferenceKind.EVENT),
        ("survey_flows", ReferenceKind.SURVEY),
        ("message_logs", ReferenceKind.BLAST),
    )
)
# On the metadata, not on a table: all tables must be there before a trigger follows them.
for _statement in GONE_REFERENCE_DDL:
    event.listen(Segment.metadata, "after_create", DDL(_statement))
