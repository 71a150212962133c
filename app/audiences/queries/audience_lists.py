"""The lists of an audience: what they are called, which are gone, and who may text them."""

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import select

from app.audiences.queries.reached_parts import find_reach_problem
from app.audiences.queries.segment_phones import EXISTENCE
from app.audiences.queries.segment_records import find_valid_rule, may_text_segment
from app.audiences.segment_models import Segment
from app.core.db import db
from app.delivery.queries.admin_audiences import find_blasts_for_admins
from app.delivery.queries.blast_records import find_blast_log
from app.delivery.queries.stored_audiences import load_audience
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.conditions import ConditionKind, ReferenceKind
from app.domain.audiences.segment_rules import SegmentRule
from app.domain.delivery.blast_labels import name_blast
from app.domain.delivery.blast_outcomes import BlastOutcome, name_outcome
from app.events.queries import events
from app.groups.queries.group_records import find_active_group_ids, find_group, may_text_group

GROUP_FOR_ADMINS_ERROR = "Only admins can text this group."
HIDDEN_SEGMENT_ERROR = "Only admins can use this segment: it uses a sensitive field."
HIDDEN_SEGMENT_NAME = "A segment for admins"
GONE_WORDS = {
    PartKind.GROUP: "is archived or deleted",
    PartKind.SEGMENT: "is deleted, or names something that is deleted",
    PartKind.EVENT: "is deleted",
    PartKind.PEOPLE: "is empty",
    PartKind.RESULTS: "is deleted",
}


def find_part_names(parts: Iterable[AudiencePart]) -> dict[AudiencePart, str]:
    """Return what the lists are called now; one that was deleted is missing."""
    names = {}
    for part in parts:
        name = _find_name(part)
        if name is not None:
            names[part] = name
    return names


def find_part_names_for(parts: Iterable[AudiencePart], role: Role) -> dict[AudiencePart, str]:
    """Return the same for a user with this role: the name of a hidden segment tells too much."""
    names = find_part_names(parts)
    for part in names:
        if part.kind is PartKind.SEGMENT and find_exclusion_problem(part, role):
            names[part] = HIDDEN_SEGMENT_NAME
    return names


def _find_name(part: AudiencePart) -> str | None:
    # An audience has at most ten parts.
    if part.ref_id is None:
        return None
    if part.kind is PartKind.GROUP:
        group = find_group(part.ref_id)
        return group.name if group else None
    if part.kind is PartKind.EVENT:
        event = events.find_event(part.ref_id)
        return event.title if event else None
    if part.kind is PartKind.SEGMENT:
        name: str | None = db.session.scalar(select(Segment.name).where(Segment.id == part.ref_id))
        return name
    if part.kind is PartKind.RESULTS:
        log = find_blast_log(part.ref_id)
        return name_outcome(BlastOutcome(part.detail), name_blast(log)) if log else None
    return None


def find_gone_parts(rule: AudienceRule) -> set[AudiencePart]:
    """Return the parts of a rule that mean no one any more, read in the session's snapshot.

    A group that is archived or deleted, a deleted event, a segment that was deleted or names
    something that was. Of the excluded ones also a segment of an archived group: leaving out
    fewer people must never go unnoticed.
    """
    gone = _find_missing_parts(rule.parts)
    return gone.union(filter(_names_archived_group, rule.excluded))


def split_gone_parts(rule: AudienceRule) -> tuple[list[AudiencePart], list[AudiencePart]]:
    """Return the gone parts of a rule in its order: those it includes, and those it leaves out."""
    gone = find_gone_parts(rule)
    included = [part for part in rule.included if part in gone]
    excluded = [part for part in rule.excluded if part in gone]
    return included, excluded


def list_present_parts(rule: AudienceRule) -> list[AudiencePart]:
    """Return the included parts of a rule that are not gone, in its order."""
    missing = _find_missing_parts(rule.included)
    return [part for part in rule.included if part not in missing]


def _find_missing_parts(parts: Iterable[AudiencePart]) -> set[AudiencePart]:
    parts = tuple(parts)
    group_ids = {part.ref_id for part in parts if part.kind is PartKind.GROUP and part.ref_id}
    # The groups of all parts in one statement: an audience is asked some ten times at its review.
    active_ids = find_active_group_ids(group_ids)
    return {part for part in parts if not _is_there(part, active_ids)}


def _is_there(part: AudiencePart, active_group_ids: Collection[int]) -> bool:
    if part.kind in (PartKind.EVERYBODY, PartKind.PEOPLE):
        return True
    if part.kind is PartKind.GROUP:
        return part.ref_id in active_group_ids
    if part.kind is PartKind.SEGMENT:
        rule = find_valid_rule(part.ref_id)
        return rule is not None and _has_all_references(rule)
    if part.kind is PartKind.EVENT:
        return events.find_event(part.ref_id) is not None
    return part.ref_id is not None and find_blast_log(part.ref_id) is not None


def _has_all_references(rule: SegmentRule) -> bool:
    conditions = [EXISTENCE[kind](ref_id) for kind, ref_id in sorted(rule.references)]
    return not conditions or all(db.session.execute(select(*conditions)).one())


def _names_archived_group(part: AudiencePart) -> bool:
    rule = find_valid_rule(part.ref_id) if part.kind is PartKind.SEGMENT else None
    references: Collection[tuple[ReferenceKind, int]] = rule.references if rule else ()
    group_ids = {ref_id for kind, ref_id in references if kind is ReferenceKind.GROUP}
    return not group_ids <= find_active_group_ids(group_ids)


def list_part_groups(part: AudiencePart) -> set[int]:
    """Return the ids of the groups by which a list reaches people: its own, or of its rule."""
    if part.kind is PartKind.GROUP:
        return {part.ref_id or 0}
    rule = find_valid_rule(part.ref_id) if part.kind is PartKind.SEGMENT else None
    group_ids = set()
    for condition in rule.conditions if rule else ():
        if condition.kind is ConditionKind.IN_GROUP and not condition.is_negated:
            group_ids.add(condition.ref_id or 0)
    return group_ids


def find_part_problem(part: AudiencePart, role: Role) -> str:
    """Return why a user with this role cannot text the people of a list, "" when they can.

    A deleted group has no rule any more. A segment of a group's people is that group, and so are
    the people of an earlier blast to it.
    """
    if role == Role.ADMIN:
        return ""
    if problem := find_reach_problem(part):
        return problem
    for reached in _follow_part(part):
        if _is_results_for_admins(reached):
            return HIDDEN_SEGMENT_ERROR
        if reached.kind is PartKind.SEGMENT and not may_text_segment(reached.ref_id, role):
            return HIDDEN_SEGMENT_ERROR
        for group_id in list_part_groups(reached):
            group = find_group(group_id)
            if group is not None and not may_text_group(group, role):
                return GROUP_FOR_ADMINS_ERROR
    return ""


def _follow_part(part: AudiencePart) -> Iterator[AudiencePart]:
    """Yield a list and those by which its people were found, through any number of blasts.

    A segment may ask for the people of a blast that was sent to that very segment.
    """
    waiting, followed_parts = [part], set()
    while waiting:
        reached = waiting.pop()
        if reached in followed_parts:
            continue
        followed_parts.add(reached)
        yield reached
        if reached.kind is PartKind.RESULTS:
            waiting += list_reached_parts(reached.ref_id)
        rule = find_valid_rule(reached.ref_id) if reached.kind is PartKind.SEGMENT else None
        for kind, ref_id in rule.references if rule else ():
            if kind is ReferenceKind.BLAST:
                waiting.append(AudiencePart(PartKind.RESULTS, ref_id, BlastOutcome.EVERYONE))


def find_exclusion_problem(part: AudiencePart, role: Role) -> str:
    """Return why a user with this role cannot leave a list out, "" when they can.

    The review names everyone who is left out, and so tells who has what in a sensitive field.
    """
    if role == Role.ADMIN:
        return ""
    if problem := find_reach_problem(part):
        return problem
    is_hidden = part.kind is PartKind.SEGMENT and not may_text_segment(part.ref_id, role)
    return HIDDEN_SEGMENT_ERROR if is_hidden or _is_results_for_admins(part) else ""


def _is_results_for_admins(part: AudiencePart) -> bool:
    """Whether a list is the people of a blast that only admins may see."""
    if part.kind is not PartKind.RESULTS or part.ref_id is None:
        return False
    return bool(find_blasts_for_admins([part.ref_id]))


def is_rule_for_admins(rule: AudienceRule) -> bool:
    """Whether who is in an audience tells who has what in a sensitive field."""
    role = Role.SOCIAL_MANAGER
    problems = {find_exclusion_problem(part, role) for part in rule.parts}
    return problems != {""}


def list_reached_parts(log_id: int | None) -> tuple[AudiencePart, ...]:
    """Return the lists by which an earlier blast reached its people; () for the community."""
    log = find_blast_log(log_id) if log_id else None
    while log and log.audience_log_id:
        log = find_blast_log(log.audience_log_id)
    audience = load_audience(log.audience_id) if log else None
    return audience.rule.included if audience else ()


def describe_gone_part(part: AudiencePart, name: str) -> str:
    """Return what became of a list that means no one any more, after its name."""
    return f"“{name}” {GONE_WORDS.get(part.kind, 'is deleted')}"
