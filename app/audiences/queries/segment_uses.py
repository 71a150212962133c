"""Which segments name something in their rules."""

from collections.abc import Sequence

from sqlalchemy import select

from app.audiences.segment_models import Segment, SegmentReference
from app.core.db import db
from app.domain.audiences.conditions import ReferenceKind


def list_segments_with_group(group_id: int) -> Sequence[Segment]:
    """Return the segments whose rules name a group that is there, by name."""
    return _list_segments(ReferenceKind.GROUP, group_id)


def list_segments_with_field(field_id: int) -> Sequence[Segment]:
    """Return the segments whose rules ask a field that is there, by name."""
    return _list_segments(ReferenceKind.FIELD, field_id)


def _list_segments(kind: ReferenceKind, ref_id: int) -> Sequence[Segment]:
    reference = SegmentReference
    statement = (
        select(Segment)
        .join(reference, reference.segment_id == Segment.id)
        .where(
            reference.kind == kind,
            reference.ref_id == ref_id,
            reference.is_gone.is_(False),
        )
    )
    return db.session.scalars(statement.order_by(Segment.folded_name)).all()
