"""The audience of a draft on the review page: who it is, how lists overlap, who is left out."""

from dataclasses import dataclass

from app.audiences.queries.audience_overlap import (
    count_overlap,
    describe_overlap,
    list_excluded_people,
)
from app.blasts.queries.results_audience import describe_results_audience
from app.blasts.queries.reviewed_texts import MAX_SKIPPED_NAMES_SHOWN, SkippedPerson
from app.domain.audiences.audience_rules import PartKind
from app.domain.audiences.chosen_audience import ChosenAudience, ChosenPeople
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_labels import describe_audience
from app.domain.delivery.blast_outcomes import OUTCOME_RULES, ResultsAudience
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.text_cleaning import capitalize_first
from app.events.queries import events

FROZEN_HINT = "People who are added to these lists later do not get it."


@dataclass(frozen=True)
class LeftOutList:
    """A list that is left out: how many of the people are on it, and the first of them."""

    reason: str
    count: int
    people: list[SkippedPerson]


def describe_draft_rule(draft: BlastDraft) -> str:
    """Return how people of an earlier blast are chosen, or how lists overlap; "" for others."""
    if isinstance(draft.people_of, ChosenAudience):
        return _describe_lists(draft.people_of)
    if isinstance(draft.people_of, ResultsAudience):
        return OUTCOME_RULES[draft.people_of.outcome]
    return ""


def describe_draft_audience(draft: BlastDraft) -> str:
    """Return whom a draft is for, in words."""
    if isinstance(draft.people_of, ChosenAudience):
        return draft.people_of.addressee
    results = describe_results_audience(draft.people_of) if draft.people_of else None
    if results:
        return results.label
    event = events.find_event(draft.event_id)
    return describe_audience(draft.target, event.title if event else None)


def explain_empty_audience(draft: BlastDraft, blast: RenderedBlast) -> str:
    """Return why no one gets a draft, after "There is no one to send it to:"; "" where some do."""
    if blast.recipient_count:
        return ""
    if blast.texts:
        return "everyone is skipped"
    if isinstance(draft.people_of, ChosenAudience):
        return _explain_empty_lists(draft.people_of)
    if draft.people_of is not None:
        return "no one from the earlier blast is in this group"
    if draft.target == BlastTarget.COMMUNITY:
        return "the community is empty"
    return "no one is registered for this event"


def _describe_lists(audience: ChosenAudience) -> str:
    """Return how the lists overlap, and that the list is kept as it is."""
    overlap = describe_overlap(audience, count_overlap(audience))
    hint = FROZEN_HINT if audience.is_frozen else ""
    return " ".join(filter(None, (f"{overlap}." if overlap else "", hint)))


def _explain_empty_lists(audience: ChosenAudience) -> str:
    """Return why no one gets it, after "There is no one to send it to:"."""
    if audience.rule.excluded:
        return "everyone on these lists is left out"
    if len(audience.rule.included) == 1 and audience.rule.included[0].kind is PartKind.GROUP:
        return "no one is in this group"
    return "no one is on these lists"


def list_left_out_people(people_of: ChosenPeople | None) -> list[LeftOutList]:
    """Return who of the audience is on each list that it leaves out; lists without anyone too."""
    if not isinstance(people_of, ChosenAudience):
        return []
    left_out = []
    for excluded in list_excluded_people(people_of, MAX_SKIPPED_NAMES_SHOWN):
        place = people_of.describe_place(excluded.part)
        reason = capitalize_first(place)
        people = [
            SkippedPerson(name, format_phone_number(phone), reason)
            for name, phone in excluded.people
        ]
        left_out.append(LeftOutList(reason, excluded.count, people))
    return left_out
