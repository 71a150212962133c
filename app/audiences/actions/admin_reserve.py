"""Letting only admins see the people of blasts that were chosen by a sensitive field."""

from app.audiences.queries.audience_lists import is_rule_for_admins
from app.audiences.queries.segment_uses import list_segments_with_field
from app.delivery.actions.audience_storage import (
    reserve_audience_for_admins,
    reserve_segment_for_admins,
)
from app.delivery.queries.stored_audiences import load_audience


def reserve_released_audience(audience_id: int | None) -> None:
    """Note at release that a list asks a sensitive field, which it may not do later. In write()."""
    audience = load_audience(audience_id)
    if audience_id is not None and audience and is_rule_for_admins(audience.rule):
        reserve_audience_for_admins(audience_id)


def reserve_audiences_of_field(field_id: int) -> None:
    """Let only admins see whom a field that became sensitive chose before. Inside write()."""
    for segment in list_segments_with_field(field_id):
        reserve_segment_for_admins(segment.id)
