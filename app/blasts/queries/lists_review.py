"""The review of an audience of several lists: how they overlap, and whom it leaves out."""

from dataclasses import dataclass

from app.audiences.queries.audience_overlap import (
    count_overlap,
    describe_overlap,
    list_excluded_people,
)
from app.blasts.queries.reviewed_texts import MAX_SKIPPED_NAMES_SHOWN, SkippedPerson
from app.domain.audiences.audience_rules import PartKind
from app.domain.audiences.chosen_audience import ChosenAudience, ChosenPeople
from app.domain.phones.phone_number import format_phone_number

FROZEN_HINT = "People who come to these lists later do not get it."


@dataclass(frozen=True)
class LeftOutList:
    """A list that is left out: how many of the people are on it, and the first of them."""

    reason: str
    count: int
    people: list[SkippedPerson]


def describe_lists(audience: ChosenAudience) -> str:
    """Return how the lists overlap, and that the list is kept as it is."""
    overlap = describe_overlap(audience, count_overlap(audience))
    hint = FROZEN_HINT if audience.is_frozen else ""
    return " ".join(filter(None, (f"{overlap}." if overlap else "", hint)))


def explain_empty_lists(audience: ChosenAudience) -> str:
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
        reason = f"In {people_of.name_part(excluded.part)}"
        people = [
            SkippedPerson(name, format_phone_number(phone), reason)
            for name, phone in excluded.people
        ]
        left_out.append(LeftOutList(reason, excluded.count, people))
    return left_out
