"""The lists that an audience can be made of, as the compose page offers them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from app.audiences.queries.audience_lists import (
    GONE_WORDS,
    find_gone_parts,
    find_part_problem,
)
from app.audiences.queries.reached_parts import find_reach_problem
from app.audiences.queries.segment_records import list_segments
from app.blasts.queries.compose_choices import list_counted_events
from app.community import queries as community
from app.core.local_formats import format_day, format_local_time
from app.delivery.queries.blast_list import find_finished_blasts
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import KINDS_WITH_ID, AudiencePart, PartKind
from app.domain.audiences.chosen_audience import (
    GONE_NOUNS,
    ChosenAudience,
    build_results_part,
    format_part,
    parse_part,
)
from app.domain.delivery.blast_labels import name_blast
from app.domain.delivery.blast_outcomes import BlastOutcome, ResultsAudience
from app.domain.texts.plurals import pluralize
from app.domain.texts.text_cleaning import capitalize_first
from app.groups.queries.group_records import list_textable_groups

# The latest blasts are offered; people of an older one can be chosen on its page.
MAX_EARLIER_BLASTS = 10
# Before a blast's id: the field that says which of its people are meant.
OUTCOME_FIELD = "outcome_"


@dataclass(frozen=True)
class ListChoice:
    """A list to choose: its value in forms, its name, and how many people or what it means.

    `outcome_field`: of an earlier blast, the field that says which of its people are meant.
    """

    value: str
    name: str
    detail: str
    outcome_field: str = ""


def build_list_choices(
    role: Role, chosen: ChosenAudience, values: Iterable[str] = ()
) -> dict[str, list[ListChoice]]:
    """Return the lists that a user may text, by the heading they stand under; no empty heading.

    `chosen`: the lists that are chosen already, `values` as the form names them. They are offered
    whatever became of them: a list to leave out must not vanish without a word.
    """
    sections = {
        "Groups": list(_list_groups(role)),
        "Segments": list(_list_segments(role)),
        "Events": list(_list_events()),
        "Community": list(_list_everybody()),
        "Earlier blasts": [*_list_chosen_results(chosen), *_list_blasts(role)],
    }
    offered_values = {choice.value for choices in sections.values() for choice in choices}
    sections["Chosen before"] = list(_list_unoffered(role, chosen, values, offered_values))
    return {heading: choices for heading, choices in sections.items() if choices}


def _list_groups(role: Role) -> Iterator[ListChoice]:
    for group in list_textable_groups(role):
        part = AudiencePart(PartKind.GROUP, group.id)
        yield ListChoice(format_part(part), group.name, _count(group.member_count))


def _list_segments(role: Role) -> Iterator[ListChoice]:
    for reading in list_segments(role):
        part = AudiencePart(PartKind.SEGMENT, reading.segment.id)
        if find_reach_problem(part):
            continue
        yield ListChoice(format_part(part), reading.segment.name, reading.sentence)


def _list_events() -> Iterator[ListChoice]:
    for event, count in list_counted_events():
        title = f"{event.title}, {format_day(event.date)}" if event.date else event.title
        value = format_part(AudiencePart(PartKind.EVENT, event.id))
        yield ListChoice(value, title, _count(count))


def _list_chosen_results(chosen: ChosenAudience) -> Iterator[ListChoice]:
    for part in chosen.rule.parts:
        if part.kind is PartKind.RESULTS:
            name = chosen.name_part(part)
            yield ListChoice(format_part(part), capitalize_first(name), "")


def _list_blasts(role: Role) -> Iterator[ListChoice]:
    for log in find_finished_blasts(MAX_EARLIER_BLASTS):
        everyone = ResultsAudience(log.id, BlastOutcome.EVERYONE)
        if find_part_problem(build_results_part(everyone), role):
            continue
        value = f"{PartKind.RESULTS.value}:{log.id}"
        sent_at = format_local_time(log.created_at)
        yield ListChoice(value, name_blast(log), sent_at, f"{OUTCOME_FIELD}{log.id}")


def _list_unoffered(
    role: Role, chosen: ChosenAudience, values: Iterable[str], offered_values: Collection[str]
) -> Iterator[ListChoice]:
    """Yield what is chosen and cannot be any more: archived, deleted, or only for admins."""
    missing_values = [value for value in dict.fromkeys(values) if value not in offered_values]
    gone_parts = find_gone_parts(chosen.rule) if missing_values else ()
    for value in missing_values:
        part = parse_part(value)
        if part is not None:
            detail = GONE_WORDS[part.kind] if part in gone_parts else find_part_problem(part, role)
            name = chosen.name_part(part)
            yield ListChoice(value, capitalize_first(name), detail)
        elif value in KINDS_WITH_ID:
            # A stored list that was deleted has no id any more (format_part()).
            yield ListChoice(value, f"A deleted {GONE_NOUNS.get(PartKind(value), value)}", "")


def _list_everybody() -> Iterator[ListChoice]:
    if find_reach_problem(AudiencePart(PartKind.EVERYBODY)):
        return
    yield ListChoice("everybody", "Everybody", _count(community.count_members()))


def _count(people: int) -> str:
    return pluralize(people, "person", "people")
