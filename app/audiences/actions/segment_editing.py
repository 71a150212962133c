"""Create, change and delete segments. Inside audited_write(); none of these commits.

The database decides that a name is free (UniqueViolation).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert

from app.audiences.queries.segment_records import find_segment
from app.audiences.segment_models import Segment, SegmentReference
from app.core.db import ChangedMeanwhile, NotFound, db
from app.delivery.queries.group_blasts import require_unused_list
from app.domain.audiences.audience_rules import PartKind
from app.domain.audiences.segment_json import write_rule
from app.domain.audiences.segment_rules import SegmentRule


@dataclass(frozen=True)
class SegmentInfo:
    """A segment as somebody typed it. `sentence`: the rule in words."""

    name: str
    description: str | None
    rule: SegmentRule
    sentence: str


def create_segment(info: SegmentInfo, created_by: str) -> Segment:
    """Create a segment. Raises UniqueViolation when the name is taken."""
    row = Segment(
        name=info.name,
        description=info.description,
        rule=write_rule(info.rule),
        sentence=info.sentence,
        created_by=created_by,
    )
    db.session.add(row)
    db.session.flush()
    _store_references(row.id, info.rule)
    return row


def update_segment(segment_id: int, info: SegmentInfo, seen_at: datetime | None) -> str:
    """Change a segment and return its sentence before.

    `seen_at`: when the segment was last changed as the editor read it. Raises NotFound,
    ChangedMeanwhile when it was changed since, UniqueViolation when another one has the name.
    """
    row = get_segment_for_update(segment_id)
    if row.updated_at != seen_at:
        raise ChangedMeanwhile
    sentence_before = row.sentence
    row.name = info.name
    row.description = info.description
    row.rule = write_rule(info.rule)
    row.sentence = info.sentence
    db.session.flush()
    _store_references(segment_id, info.rule)
    return sentence_before


def _store_references(segment_id: int, rule: SegmentRule) -> None:
    """Replace what the segment is recorded to name by what its rule names now."""
    row = SegmentReference
    db.session.execute(delete(row).where(row.segment_id == segment_id))
    references = [
        {"segment_id": segment_id, "kind": kind, "ref_id": ref_id}
        for kind, ref_id in sorted(rule.references)
    ]
    if references:
        db.session.execute(insert(row), references)


def get_segment_for_update(segment_id: int) -> Segment:
    """Return the segment, read again inside this write(). Raises NotFound."""
    row = find_segment(segment_id)
    if row is None:
        raise NotFound
    return row


def delete_segment(segment_id: int) -> Segment:
    """Delete a segment and return what it was; its people stay as they are.

    Raises NotFound, and ListInUse while a blast that names it waits or is being sent.
    """
    row = get_segment_for_update(segment_id)
    require_unused_list(PartKind.SEGMENT, segment_id)
    db.session.delete(row)
    db.session.flush()
    return row
