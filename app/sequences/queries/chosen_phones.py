"""The phones of whom a user adds to a sequence by hand."""

from collections.abc import Sequence

from app.audiences.queries.condition_context import load_condition_context
from app.audiences.queries.segment_phones import select_segment_phones
from app.audiences.queries.segment_records import find_valid_rule
from app.core.db import db
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.groups.queries.group_records import find_active_group
from app.groups.queries.memberships import list_group_phones


def list_part_phones(part: AudiencePart) -> Sequence[str]:
    """Return the phones of a group or segment as it is now; one that is gone has none."""
    if part.kind is PartKind.GROUP:
        group = find_active_group(part.ref_id)
        return list_group_phones(group.id) if group else []
    rule = find_valid_rule(part.ref_id)
    if rule is None:
        return []
    return db.session.scalars(select_segment_phones(rule, load_condition_context())).all()
