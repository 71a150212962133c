"""The people of an audience, in one query: who is on its lists, less whom it leaves out.

Everything is read in the snapshot of the session, as the opt-outs are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union

from app.audiences.queries.audience_lists import (
    list_part_groups,
    list_present_parts,
    split_gone_parts,
)
from app.audiences.queries.condition_context import ConditionContext, load_condition_context
from app.audiences.queries.segment_phones import select_segment_phones
from app.audiences.queries.segment_records import find_valid_rule
from app.community.member_conditions import select_community_phones
from app.community.queries import select_member_name
from app.core.db import db
from app.core.listed_values import build_listed_column
from app.delivery.queries.outcome_recipients import select_outcome_phones
from app.delivery.queries.stored_audiences import select_audience_people
from app.delivery.queries.text_conditions import was_texted_since
from app.delivery.sql.sending_purpose import select_phones_that_left_blast
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_outcomes import BlastOutcome
from app.domain.delivery.skip_reasons import SkipReason
from app.events.queries.contact_names import select_registration_name
from app.events.queries.event_conditions import (
    select_event_phones,
    select_invited_phones,
    select_registered_phones,
)
from app.groups.queries.memberships import select_group_phones
from app.profiles.queries.other_phones import has_other_phone
from app.suppression.queries.left_topics import select_left_topic_members
from app.suppression.queries.sending_permission import select_suppression_reason

# Whoever left a topic is no longer reached by its group, by a segment of its people, nor by what
# was sent to it.
TOPIC_KINDS = (PartKind.GROUP, PartKind.SEGMENT, PartKind.RESULTS)


class AudienceGone(Exception):
    """No list of the audience is there any more: it means no one. `parts`: those that are gone."""

    def __init__(self, parts: Sequence[AudiencePart]) -> None:
        super().__init__(f"{len(parts)} lists are gone")
        self.parts = parts


class ExclusionGone(AudienceGone):
    """A list whose people are left out is gone: without it, too many people would be texted."""


def select_audience_recipients(audience: ChosenAudience) -> Select[Any]:
    """Select (name, phone, skip reason) of everyone in an audience once, in the order of phones.

    Whom its rule leaves out is not among them. Who was texted today is, and is skipped; so is who
    is meant only as one of an earlier blast and is no contact any more. Raises AudienceGone and
    ExclusionGone.
    """
    require_lists(audience)
    meant = select_meant_phones(audience).subquery("meant")
    phone = meant.c.phone
    is_chosen = [~_is_listed(phone, phones) for phones in list_excluded_phones(audience)]
    reason = select_skip_reason(audience, phone)
    name = select_person_name(audience, phone).label("name")
    statement = select(name, phone, reason.label("left_out")).where(*is_chosen)
    return statement.order_by(phone)


def select_skip_reason(audience: ChosenAudience, phone: Any) -> ColumnElement[Any]:
    """Return why the phone in a column is skipped as one of an audience, for any select."""
    reason = select_suppression_reason(phone, has_left_topic=_has_left_topics(audience, phone))
    is_gone = _is_former_contact(audience, phone)
    if is_gone is not None:
        reason = func.coalesce(reason, case((is_gone, literal(SkipReason.NOT_A_CONTACT.value))))
    if audience.rule.is_texted_today_excluded:
        texted = case((_was_person_texted_today(phone), literal(SkipReason.TEXTED_TODAY.value)))
        reason = func.coalesce(reason, texted)
    return reason


def require_lists(audience: ChosenAudience) -> None:
    """Raise AudienceGone or ExclusionGone where lists of the audience are gone.

    A frozen audience knows its people; only when a list that it took them from is gone, it is gone.
    """
    rule = audience.rule
    gone_included, gone_excluded = split_gone_parts(rule)
    is_frozen = audience.frozen_id is not None
    if len(gone_included) == len(rule.included) or (is_frozen and gone_included):
        raise AudienceGone(gone_included)
    if gone_excluded and not is_frozen:
        raise ExclusionGone(gone_excluded)


def select_meant_phones(audience: ChosenAudience) -> Select[Any]:
    """Select the phones of the lists that an audience includes, each once, as column phone."""
    if audience.frozen_id is not None:
        people = select_audience_people(audience.frozen_id).subquery()
        return select(people.c.phone)
    parts = list_present_parts(audience.rule)
    return _unite([select_part_phones(audience, part) for part in parts])


def list_excluded_phones(audience: ChosenAudience) -> list[Select[Any]]:
    """Return a select of the phones of each list that an audience leaves out."""
    if audience.frozen_id is not None:
        return []
    return [select_part_phones(audience, part, is_excluded=True) for part in audience.rule.excluded]


def select_part_phones(
    audience: ChosenAudience, part: AudiencePart, *, is_excluded: bool = False
) -> Select[Any]:
    """Select the phones of one list that is there, each once.

    Who answered an event's invitation with no is left out with its people, and not texted with
    them.
    """
    ref_id = part.ref_id or 0
    if part.kind is PartKind.GROUP:
        return select_group_phones(ref_id)
    if part.kind is PartKind.EVENT:
        return select_event_phones(ref_id) if is_excluded else select_invited_phones(ref_id)
    if part.kind is PartKind.SEGMENT:
        return _select_segment(part, load_condition_context())
    if part.kind is PartKind.RESULTS:
        return select_outcome_phones(ref_id, BlastOutcome(part.detail))
    if part.kind is PartKind.PEOPLE:
        return _select_named_phones(audience)
    community: Select[Any] = select_community_phones()
    return community


def _select_segment(part: AudiencePart, context: ConditionContext) -> Select[Any]:
    rule = find_valid_rule(part.ref_id)
    if rule is None:
        raise AudienceGone([part])
    return select_segment_phones(rule, context)


def _select_named_phones(audience: ChosenAudience) -> Select[Any]:
    if audience.audience_id is not None:
        people = select_audience_people(audience.audience_id).subquery()
        return select(people.c.phone)
    phone = build_listed_column([phone for phone, _ in audience.people])
    return select(phone.label("phone"))


def _unite(selects: Sequence[Select[Any]]) -> Select[Any]:
    """Return the phones of several lists, each once, as column phone."""
    # Every list holds a phone once; a union of one would sort it for nothing.
    if len(selects) == 1:
        only = selects[0].subquery()
        return select(only.c[0].label("phone"))
    united = union(*selects).subquery()
    return select(united.c[0].label("phone"))


def select_person_name(audience: ChosenAudience, phone: ColumnElement[str]) -> ColumnElement[Any]:
    """Return what a person is called: as a member, as registered, or as the audience names them.

    What a draft calls the people it names is not known to the database (fill_in_names()).
    """
    names = [select_member_name(phone), select_registration_name(phone)]
    if audience.audience_id is not None:
        people = select_audience_people(audience.audience_id).subquery("named")
        stored = select(people.c.name).where(people.c.phone == phone)
        names.append(stored.scalar_subquery())
    return func.coalesce(*names)


def _is_listed(phone: ColumnElement[str], phones: Select[Any]) -> ColumnElement[bool]:
    """Return whether a person is on a list, by whichever of their numbers."""
    return or_(phone.in_(phones), has_other_phone(phone, lambda other: other.in_(phones)))


def _was_person_texted_today(phone: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(_was_texted_today(phone), has_other_phone(phone, _was_texted_today))


def _was_texted_today(phone: ColumnElement[str]) -> ColumnElement[bool]:
    days = load_condition_context().days
    return was_texted_since(phone, days.begin(days.today))


def _is_former_contact(
    audience: ChosenAudience, phone: ColumnElement[str]
) -> ColumnElement[bool] | None:
    """Return whether a person is on no list but an earlier blast, and no contact any more.

    None where no one can be: no earlier blast is included, or a frozen audience names its people.
    """
    parts = list_present_parts(audience.rule)
    current_parts = [part for part in parts if part.kind is not PartKind.RESULTS]
    if len(current_parts) == len(parts) or audience.frozen_id is not None:
        return None
    lists = [select_part_phones(audience, part) for part in current_parts]
    lists += [select_community_phones(), select_registered_phones()]
    return and_(*(~_is_listed(phone, phones) for phones in lists))


def _select_left_phones(part: AudiencePart) -> Select[Any]:
    """Select the phones that left a topic of a list, or what an earlier blast was about."""
    if part.kind is PartKind.RESULTS:
        return select_phones_that_left_blast(part.ref_id or 0)
    left = select_left_topic_members().subquery()
    return select(left.c.phone).where(left.c.group_id.in_(list_part_groups(part)))


def _select_kept_phones(
    audience: ChosenAudience, part: AudiencePart, left: Mapping[AudiencePart, Select[Any]]
) -> Select[Any]:
    """Select the phones that a list still reaches: by no topic that they left."""
    if part.kind is PartKind.SEGMENT:
        # Who left Choir may be meant by the rest of "in Choir, or at the picnic".
        context = replace(load_condition_context(), skips_left=True)
        return _select_segment(part, context)
    column = select_part_phones(audience, part).subquery().c[0]
    phones = select(column)
    return phones.where(~_is_listed(column, left[part])) if part in left else phones


def _has_left_topics(
    audience: ChosenAudience, phone: ColumnElement[str]
) -> ColumnElement[bool] | None:
    """Return whether a person left every list by which the audience reaches them; None: no one did.

    Who left the topic Choir is still reached as one of Youth.
    """
    left: dict[AudiencePart, Select[Any]] = {}
    parts = list_present_parts(audience.rule)
    if audience.is_frozen:
        # Everyone on a frozen list is named, those of the topic too; Review says so as well.
        parts = [part for part in parts if part.kind is not PartKind.PEOPLE]
    for part in parts:
        if part.kind in TOPIC_KINDS:
            left[part] = _select_left_phones(part)
    if not any(db.session.scalar(phones.limit(1)) for phones in left.values()):
        return None
    reached = [_select_kept_phones(audience, part, left) for part in parts]
    everyone_left = select(union(*left.values()).subquery().c[0])
    still_reached = select(union(*reached).subquery().c[0])
    return and_(_is_listed(phone, everyone_left), ~_is_listed(phone, still_reached))
