"""Which lists of an audience the user who asks may choose: those of their groups and events."""

from app.audiences.queries.scope_phones import count_unreached_phones
from app.core.permission_checks import is_reached
from app.core.scope_conditions import get_list_scope
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience, ChosenPeople
from app.domain.delivery.blast_outcomes import ResultsAudience
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.plurals import pluralize

# By which argument addresses name such a list.
PART_ARGUMENTS = {
    PartKind.GROUP: "group_id",
    PartKind.EVENT: "event_id",
    PartKind.SEGMENT: "segment_id",
    PartKind.RESULTS: "log_id",
}
OUTSIDE_LIST_ERROR = "Choose from your own groups and events."
OUTSIDE_NUMBERS_ERROR = "{numbers} not in your groups and events. Remove them to go on."


def is_part_reached(part: AudiencePart) -> bool:
    """Whether the user may choose, leave out or be told the name of a list.

    Where no user asks, as when a blast is due, its author is judged (find_scope_gap()).
    """
    scope = get_list_scope()
    if scope.is_unlimited:
        return True
    if part.kind is PartKind.EVERYBODY:
        return scope.is_everybody
    argument = PART_ARGUMENTS.get(part.kind)
    return argument is None or part.ref_id is None or is_reached(argument, part.ref_id)


def find_reach_problem(part: AudiencePart) -> str:
    """Return why the user cannot choose a list, to text it or to leave it out; "" when they can."""
    return "" if is_part_reached(part) else OUTSIDE_LIST_ERROR


def find_target_problem(target: str | None, event_id: int | None) -> str:
    """Return why the user cannot text everybody, or an event; "" when they can."""
    if target == BlastTarget.COMMUNITY:
        return find_reach_problem(AudiencePart(PartKind.EVERYBODY))
    if target == BlastTarget.EVENT and event_id is not None:
        return find_reach_problem(AudiencePart(PartKind.EVENT, event_id))
    return ""


def find_numbers_problem(people_of: ChosenPeople | None) -> str:
    """Return why the user cannot text single people of an audience; "" when they can.

    Whose number it is must not be said before.
    """
    if people_of is None or isinstance(people_of, ResultsAudience):
        return ""
    outside = count_unreached_phones([phone for phone, _ in people_of.people])
    if not outside:
        return ""
    verb = "is" if outside == 1 else "are"
    return OUTSIDE_NUMBERS_ERROR.format(numbers=f"{pluralize(outside, 'number')} {verb}")


def is_audience_reached(audience: ChosenAudience) -> bool:
    """Whether all lists of an audience are reached: a preview may tell who of them is.

    Some of their people may not be: those of an earlier blast are those of then, and numbers are
    pasted. They are counted, and not shown.
    """
    if get_list_scope().is_everybody:
        return True
    return all(map(is_part_reached, audience.rule.parts))
