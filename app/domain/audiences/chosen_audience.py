"""The audience of a blast as it was chosen: its rule, and whom it names one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.audiences.audience_rules import (
    AudiencePart,
    AudienceRule,
    PartKind,
    describe_audience_rule,
)
from app.domain.delivery.blast_outcomes import BlastOutcome, ResultsAudience
from app.domain.texts.plurals import pluralize

# The detail of the one list of people that an audience can name.
PEOPLE_DETAIL = "list"
EVERYBODY_NAME = "everybody in the community"
MAX_ID_DIGITS = 9
# What a list whose name is not known was, where its kind does not say it.
GONE_NOUNS = {PartKind.RESULTS: "blast"}
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
        return self.names.get(part) or f"a deleted {GONE_NOUNS.get(part.kind, part.kind.value)}"

    def describe_place(self, part: AudiencePart) -> str:
        """Return where a part's people are: "in Choir", "people who answered “Picnic”"."""
        name = self.name_part(part)
        return name if part.kind is PartKind.RESULTS else f"in {name}"

    @property
    def sentence(self) -> str:
        """The audience in words: "Group: Choir", "Choir and Youth, but not anyone texted today"."""
        label = self._sole_label
        return f"{label}: {self._words}" if label else self._words

    @property
    def addressee(self) -> str:
        """The audience in words after "To:": "Choir (group)"."""
        label = self._sole_label
        return f"{self._words} ({label.lower()})" if label else self._words

    @property
    def _words(self) -> str:
        return describe_audience_rule(self.rule, self.name_part)

    @property
    def _sole_label(self) -> str:
        """What the only list is, "" where there are several."""
        is_sole = len(self.rule.parts) == 1 and not self.rule.is_texted_today_excluded
        return SOLE_PART_LABELS.get(self.rule.parts[0].kind, "") if is_sole else ""


# Whom a blast is for where that is neither the community nor one event.
ChosenPeople = ResultsAudience | ChosenAudience


def build_people_part() -> AudiencePart:
    """Return the part of the people that an audience names itself."""
    return AudiencePart(PartKind.PEOPLE, None, PEOPLE_DETAIL)


def name_people(count: int) -> str:
    """Return what a list of people is called: "7 people"."""
    return pluralize(count, "selected person", "selected people")


def parse_part(text: str) -> AudiencePart | None:
    """Return the part that a form names; None for what names none.

    Such as "everybody", "group:3", and "results:7:no_reply" for people of an earlier blast.
    """
    if text == PartKind.EVERYBODY:
        return AudiencePart(PartKind.EVERYBODY)
    kind, _, rest = text.partition(":")
    number, _, outcome = rest.partition(":")
    is_list = kind in (PartKind.GROUP, PartKind.SEGMENT, PartKind.EVENT) and rest == number
    is_results = kind == PartKind.RESULTS and outcome in set(BlastOutcome)
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_ID_DIGITS
    if not is_number or not (is_list or is_results):
        return None
    return AudiencePart(PartKind(kind), int(number), outcome)


def format_part(part: AudiencePart) -> str:
    """Return a part as forms and addresses name it."""
    if part.ref_id is None:
        return part.kind.value
    name = f"{part.kind.value}:{part.ref_id}"
    return f"{name}:{part.detail}" if part.kind is PartKind.RESULTS else name


def build_results_part(results_of: ResultsAudience) -> AudiencePart:
    """Return people of an earlier blast as one list among others."""
    return AudiencePart(PartKind.RESULTS, results_of.log_id, results_of.outcome.value)
