"""What becomes of a blast whose lists were archived or deleted since it was confirmed."""

from app.audiences.queries.audience_lists import describe_gone_part, find_gone_parts
from app.delivery.queries.stored_audiences import load_audience


def describe_gone_lists(audience_id: int | None) -> str:
    """Return which lists of a stored audience are gone, and what that means; "" for none."""
    audience = load_audience(audience_id)
    if audience is None:
        return ""
    gone = find_gone_parts(audience.rule)
    included = [part for part in audience.rule.included if part in gone]
    excluded = [part for part in audience.rule.excluded if part in gone]
    words = [describe_gone_part(part, audience.name_part(part)) for part in (*included, *excluded)]
    if not words or (audience.is_frozen and not included):
        return ""
    if audience.is_frozen or len(included) == len(audience.rule.included):
        return f"{words[0]}, so no one will get this."
    if excluded:
        return f"{words[-1]}. This blast leaves its people out, so it will wait until you edit it."
    return f"{'. '.join(words)}. Its people will not get this; the others will."


def describe_missed_lists(audience_id: int | None) -> str:
    """Return which included lists of an audience that is released now are gone; "" for none."""
    audience = load_audience(audience_id)
    if audience is None:
        return ""
    gone = find_gone_parts(audience.rule)
    missed = [part for part in audience.rule.included if part in gone]
    if not missed:
        return ""
    words = ". ".join(describe_gone_part(part, audience.name_part(part)) for part in missed)
    return f"{words}, so its people were not texted."
