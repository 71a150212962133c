"""The lists that an audience can be made of, as the compose page offers them."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.audiences.queries.segment_records import list_segments
from app.community import queries as community
from app.core.local_formats import format_day
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.domain.audiences.chosen_audience import format_part
from app.domain.texts.plurals import pluralize
from app.events.queries import events
from app.events.queries.registrations import count_invited_people_by_event
from app.groups.queries.group_records import list_textable_groups


@dataclass(frozen=True)
class ListChoice:
    """A list to choose: its value in forms, its name, and how many people or what it means."""

    value: str
    name: str
    detail: str


def build_list_choices(role: Role) -> dict[str, list[ListChoice]]:
    """Return the lists that a user may text, by the heading they stand under; no empty heading."""
    sections = {
        "Groups": list(_list_groups(role)),
        "Segments": list(_list_segments(role)),
        "Events": list(_list_events()),
        "Community": [_build_everybody()],
    }
    return {heading: choices for heading, choices in sections.items() if choices}


def _list_groups(role: Role) -> Iterator[ListChoice]:
    for group in list_textable_groups(role):
        part = AudiencePart(PartKind.GROUP, group.id)
        yield ListChoice(format_part(part), group.name, _count(group.member_count))


def _list_segments(role: Role) -> Iterator[ListChoice]:
    for reading in list_segments(role):
        part = AudiencePart(PartKind.SEGMENT, reading.segment.id)
        yield ListChoice(format_part(part), reading.segment.name, reading.sentence)


def _list_events() -> Iterator[ListChoice]:
    counts = count_invited_people_by_event()
    for event in events.fetch_all_events():
        title = f"{event.title}, {format_day(event.date)}" if event.date else event.title
        value = format_part(AudiencePart(PartKind.EVENT, event.id))
        yield ListChoice(value, title, _count(counts.get(event.id, 0)))


def _build_everybody() -> ListChoice:
    return ListChoice("everybody", "Everybody", _count(community.count_members()))


def _count(people: int) -> str:
    return pluralize(people, "person", "people")
