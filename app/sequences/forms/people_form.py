"""The form that adds people to a sequence by hand: a group, a segment, or names and numbers."""

from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectField, TextAreaField, ValidationError

from app.audiences.queries.audience_lists import find_part_problem
from app.audiences.queries.segment_records import list_segments
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.domain.phones.pasted_numbers import PastedPeople, read_pasted_people
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id
from app.groups.queries.group_records import list_textable_groups
from app.organisation import queries as organisation
from app.sequences.forms.trigger_choices import is_offered

MAX_SHOWN_PROBLEMS = 5
GROUP = "group"
SEGMENT = "segment"
NUMBERS = "numbers"
SOURCE_LABELS = {
    GROUP: "The people of a group",
    SEGMENT: "The people of a segment",
    NUMBERS: "Names and numbers",
}


@dataclass(frozen=True)
class ChosenPeople:
    """Whom a user adds: a group or segment, or else the numbers that were typed."""

    part: AudiencePart | None
    phones: tuple[str, ...] = ()


class SequencePeopleForm(FlaskForm):
    """People to add. After `validate()`, `chosen` are they.

    `start_name`: of this page, so that a form that is sent twice adds them once.
    """

    source = RadioField("Add", choices=SOURCE_LABELS, default=GROUP, validate_choice=False)
    group = SelectField("Group", validate_choice=False)
    segment = SelectField("Segment", validate_choice=False)
    written = TextAreaField("Names and numbers")
    start_name = HiddenField()
    chosen: ChosenPeople

    def __init__(self, role: Role, **options: Any) -> None:
        super().__init__(**options)
        self.role = role
        groups = list_textable_groups(role)
        segments = [row.segment for row in list_segments(role) if not row.is_broken]
        first = ("", "Choose one")
        self.group.choices = [first, *((str(row.id), row.name) for row in groups)]
        self.segment.choices = [first, *((str(row.id), row.name) for row in segments)]

    def validate_source(self, field: Field) -> None:
        """Reject a source that is not offered."""
        if field.data not in SOURCE_LABELS:
            raise ValidationError("Choose whom to add.")

    def validate_group(self, field: SelectField) -> None:
        """Require a group that the user may text, where people of a group are added."""
        if self.source.data == GROUP:
            self._choose_part(field, PartKind.GROUP, "Choose a group.")

    def validate_segment(self, field: SelectField) -> None:
        """Require a segment that the user may text, where people of a segment are added."""
        if self.source.data == SEGMENT:
            self._choose_part(field, PartKind.SEGMENT, "Choose a segment.")

    def validate_written(self, field: Field) -> None:
        """Require a number in every line, where numbers are added."""
        if self.source.data != NUMBERS:
            return
        people = read_pasted_people(field.data or "", organisation.get_organisation_region())
        problems = _list_problems(people)
        if problems:
            field.errors = [*field.errors, *problems[:-1]]
            raise ValidationError(problems[-1])
        if not people.names:
            raise ValidationError("Write at least one phone number.")
        self.chosen = ChosenPeople(None, tuple(people.names))

    def _choose_part(self, field: SelectField, kind: PartKind, sentence: str) -> None:
        if not is_offered(field):
            raise ValidationError(sentence)
        part = AudiencePart(kind, parse_id(field.data))
        if problem := find_part_problem(part, self.role):
            raise ValidationError(problem)
        self.chosen = ChosenPeople(part)


def _list_problems(people: PastedPeople) -> list[str]:
    problems = list(people.problems[:MAX_SHOWN_PROBLEMS])
    more = len(people.problems) - MAX_SHOWN_PROBLEMS
    if more > 0:
        problems.append(f"{pluralize(more, 'more line')} cannot be read.")
    return problems
