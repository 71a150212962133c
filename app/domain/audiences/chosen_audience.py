"""The audience of a blast as it was chosen: its rule, and whom it names one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.audiences.audience_rules import (
    AudiencePart,
    AudienceRule,
    PartKind,
    describe_audience_rule,
)
from app.domain.delivery.blast_outcomes import ResultsAudience
from app.domain.texts.plurals import pluralize

# The detail of the one list of people that an audience can name.
PEOPLE_DETAIL = "list"
EVERYBODY_NAME = "everybody in the community"
SOLE_PART_LABELS = {
    PartKind.GROUP: "Group",
    PartKind.SEGMENT: "Segment",
    PartKind.EVENT: "Event",
}


@dataclass(frozen=True)
class ChosenAudience:
    """Whom a blast is for. `people`: the (number, name) of pasted and selected people.

    `audience_id`: where it is stored; its people are read there. `is_frozen`: no one comes to the
    list after the blast was confirmed. `names`: what each list is called, by its part.
    """

    rule: AudienceRule
    people: tuple[tuple[str, str | None], ...] = ()
    audience_id: int | None = None
    is_frozen: bool = False
    names: Mapping[AudiencePart, str] = field(default_factory=dict, compare=False, hash=False)

    @property
    def frozen_id(self) -> int | None:
        """Where its people are stored who alone get the blast; None where lists are read."""
        return self.audience_id if self.is_frozen else None

    def name_part(self, part: AudiencePart) -> str:
        """Return what a part is called inside a sentence."""
        if part.kind is PartKind.EVERYBODY:
            return EVERYBODY_NAME
        return self.names.get(part) or f"a deleted {part.kind.value}"

    @property
    def sentence(self) -> str:
        """The audience in words: "Group: Choir", "Choir and Youth, but not anyone texted today"."""
        words = describe_audience_rule(self.rule, self.name_part)
        is_sole = len(self.rule.parts) == 1 and not self.rule.is_texted_today_excluded
        label = SOLE_PART_LABELS.get(self.rule.parts[0].kind) if is_sole else None
        return f"{label}: {words}" if label else words


# Whom a blast is for where that is neither the community nor one event.
ChosenPeople = ResultsAudience | ChosenAudience


def build_people_part() -> AudiencePart:
    """Return the part of the people that an audience names itself."""
    return AudiencePart(PartKind.PEOPLE, None, PEOPLE_DETAIL)


def name_people(count: int) -> str:
    """Return what a list of people is called: "7 people"."""
    return pluralize(count, "selected person", "selected people")


def parse_part(text: str) -> AudiencePart | None:
    """Return the part that a form names: "everybody", "group:3"; None for what names none."""
    kind, _, number = text.partition(":")
    if text == PartKind.EVERYBODY:
        return AudiencePart(PartKind.EVERYBODY)
    is_list = kind in (PartKind.GROUP, PartKind.SEGMENT, PartKind.EVENT)
    if not is_list or not number.isascii() or not number.isdigit() or len(number) > 9:
        return None
    return AudiencePart(PartKind(kind), int(number))


def format_part(part: AudiencePart) -> str:
    """Return a part as forms and addresses name it."""
    return part.kind.value if part.ref_id is None else f"{part.kind.value}:{part.ref_id}"
