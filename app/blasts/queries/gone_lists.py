"""What becomes of a blast whose lists were archived or deleted since it was confirmed."""

from collections.abc import Iterable

from app.audiences.queries.audience_lists import (
    HIDDEN_SEGMENT_NAME,
    describe_gone_part,
    split_gone_parts,
)
from app.delivery.queries.admin_audiences import is_audience_for_admins
from app.delivery.queries.stored_audiences import load_audience
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience


def describe_gone_lists(audience_id: int | None) -> str:
    """Return which lists of a stored audience are gone, and what that means; "" for none."""
    audience = load_audience(audience_id)
    if audience is None:
        return ""
    included, excluded = split_gone_parts(audience.rule)
    words = _describe_parts(audience, [*included, *excluded])
    if not words or (audience.is_frozen and not included):
        return ""
    if audience.is_frozen or len(included) == len(audience.rule.included):
        return f"{words[0]}, so no one will get this."
    if excluded:
        return f"{words[-1]}. This blast excludes its people, so it will wait until you edit it."
    return f"{'. '.join(words)}. Its people will not get this; the others will."


def describe_missed_lists(audience_id: int | None) -> str:
    """Return which included lists of an audience that is released now are gone; "" for none."""
    audience = load_audience(audience_id)
    if audience is None:
        return ""
    missed, _ = split_gone_parts(audience.rule)
    if not missed:
        return ""
    words = ". ".join(_describe_parts(audience, missed))
    return f"{words}, so its people were not texted."


def _describe_parts(audience: ChosenAudience, parts: Iterable[AudiencePart]) -> list[str]:
    """Say of each part that it is gone. Social managers read it too, so no hidden name is in it."""
    is_hidden = is_audience_for_admins(audience.audience_id)
    words = []
    for part in parts:
        is_unnamed = is_hidden and part.kind is PartKind.SEGMENT
        name = HIDDEN_SEGMENT_NAME if is_unnamed else audience.name_part(part)
        words.append(describe_gone_part(part, name))
    return words
