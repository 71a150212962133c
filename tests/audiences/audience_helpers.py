"""Audiences for tests, and people on several lists."""

from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience


def to_group(group_id, name="Choir", **changes):
    """Return the audience of one group; `changes`: of its rule."""
    part = AudiencePart(PartKind.GROUP, group_id)
    return ChosenAudience(AudienceRule((part,), **changes), names={part: name})
