"""Who may text, and put into groups, all whom the filters of a list show."""

from collections.abc import Iterator, Sequence

from app.audiences.queries.audience_lists import find_part_problem
from app.audiences.queries.list_filters import read_conditions
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.domain.audiences.conditions import Condition, ReferenceKind
from app.domain.delivery.blast_outcomes import BlastOutcome


def may_text_filtered_people(addresses: Sequence[str], role: Role) -> bool:
    """Whether a user with this role may text all whom these filters of an address leave.

    "In Choir" of a list is the group Choir, by another way.
    """
    if role == Role.ADMIN:
        return True
    parts = _list_named_parts(read_conditions(addresses))
    return not any(find_part_problem(part, role) for part in parts)


def _list_named_parts(conditions: Sequence[Condition]) -> Iterator[AudiencePart]:
    """Yield the groups and earlier blasts whose people conditions mean."""
    for condition in conditions:
        if condition.is_negated or condition.reference is None:
            continue
        kind, ref_id = condition.reference
        if kind is ReferenceKind.GROUP:
            yield AudiencePart(PartKind.GROUP, ref_id)
        elif kind is ReferenceKind.BLAST:
            yield AudiencePart(PartKind.RESULTS, ref_id, BlastOutcome.EVERYONE)
