"""What pages say of people whose texts are held until texting hours."""

from collections.abc import Sequence

from app.core.local_formats import format_recent_time
from app.delivery.queries.held_texts import HeldGroup
from app.domain.quiet_hours.texting_hours import TextHoldReason
from app.domain.texts.plurals import pluralize

MAX_GROUPS = 3
HOLD_REASON_LABELS = {
    TextHoldReason.QUIET_HOURS: "It is outside texting hours where they may be.",
    TextHoldReason.BLACKOUT_DAY: "It is a day without texts where they may be.",
}


def count_held(groups: Sequence[HeldGroup]) -> int:
    """Return how many people wait together."""
    return sum(group.count for group in groups)


def describe_held_groups(groups: Sequence[HeldGroup]) -> list[str]:
    """Return a sentence for each moment until which people wait, the first three, and why.

    Times are those of the organisation, like all times on pages.
    """
    lines = list(map(_describe_group, groups[:MAX_GROUPS]))
    rest = groups[MAX_GROUPS:]
    if rest:
        last = format_recent_time(rest[-1].until)
        lines.append(f"{_count_people(count_held(rest))} longer, the last until {last}.")
    reasons = dict.fromkeys(HOLD_REASON_LABELS[group.why] for group in groups)
    return [*lines, *reasons]


def _describe_group(group: HeldGroup) -> str:
    return f"{_count_people(group.count)} until {format_recent_time(group.until)}."


def _count_people(count: int) -> str:
    verb = "waits" if count == 1 else "wait"
    return f"{pluralize(count, 'person', 'people')} {verb}"
