"""What the conditions of a rule can name: groups, fields, events, surveys, blasts, languages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.audiences.queries.rule_names import (
    LANGUAGES,
    Reference,
    find_hidden_references,
    load_rule_names,
)
from app.core.permission_checks import is_reached
from app.delivery.queries.blast_names import list_newest_blast_names
from app.domain.accounts.roles import Role
from app.domain.audiences.condition_phrases import RuleNames
from app.domain.audiences.conditions import ReferenceKind
from app.domain.profiles.field_types import FieldType
from app.domain.surveys.question_definitions import parse_questions
from app.events.queries.events import fetch_all_events
from app.groups.queries.group_records import list_active_groups
from app.profiles.queries.field_records import list_fields
from app.surveys.queries.survey_conditions import list_survey_questions

MAX_CHOICES = 300
MAX_BLASTS = 50


@dataclass(frozen=True)
class FieldChoice:
    """A field as conditions name it. `values`: of a choice field."""

    name: str
    field_type: FieldType
    values: Sequence[str]


@dataclass(frozen=True)
class SurveyChoice:
    """A survey as conditions name it, with its questions."""

    name: str
    questions: Sequence[str]


@dataclass(frozen=True)
class RuleChoices:
    """What conditions can name, by id, in the order in which it is offered."""

    groups: Mapping[int, str]
    events: Mapping[int, str]
    blasts: Mapping[int, str]
    fields: Mapping[int, FieldChoice]
    surveys: Mapping[int, SurveyChoice]
    languages: Mapping[str, str]

    def find_names(self, kind: ReferenceKind) -> Mapping[int, str]:
        """Return the names of what a condition chooses from a list; fields and surveys do not."""
        return {
            ReferenceKind.GROUP: self.groups,
            ReferenceKind.EVENT: self.events,
            ReferenceKind.BLAST: self.blasts,
        }.get(kind, {})

    @property
    def offered_names(self) -> dict[Reference, str]:
        """What is offered, by kind and id, as the sentences of rules name it."""
        kind = ReferenceKind
        names = {(kind.BLAST, log_id): f"“{name}”" for log_id, name in self.blasts.items()}
        names |= {(kind.GROUP, group_id): name for group_id, name in self.groups.items()}
        names |= {(kind.EVENT, event_id): title for event_id, title in self.events.items()}
        names |= {(kind.FIELD, field_id): field.name for field_id, field in self.fields.items()}
        names |= {(kind.SURVEY, ref_id): survey.name for ref_id, survey in self.surveys.items()}
        return names


def complete_rule_names(choices: RuleChoices, references: Collection[Reference]) -> RuleNames:
    """Return the names that the sentence of a rule needs.

    Those that are not among the choices are read: of archived things, and of old blasts.
    """
    all_names = choices.offered_names
    names = {reference: all_names[reference] for reference in references if reference in all_names}
    other_names = load_rule_names(set(references) - names.keys())
    return replace(other_names, references={**other_names.references, **names})


def load_rule_choices(role: Role, named: Sequence[Reference] = ()) -> RuleChoices:
    """Return what a user with this role can build rules of.

    `named`: what the rule names already; it is offered even where it is archived or old.
    """
    choices = load_choices_of(set(ReferenceKind), role)
    names = complete_rule_names(choices, named).references
    groups, events = dict(choices.groups), dict(choices.events)
    blasts = dict(choices.blasts)
    for (kind, ref_id), name in names.items():
        if kind is ReferenceKind.GROUP:
            groups.setdefault(ref_id, name)
        elif kind is ReferenceKind.EVENT:
            events.setdefault(ref_id, name)
        elif kind is ReferenceKind.BLAST:
            blasts.setdefault(ref_id, name.strip("“”"))
    return replace(choices, groups=groups, events=events, blasts=blasts)


def load_choices_of(kinds: Collection[ReferenceKind], role: Role) -> RuleChoices:
    """Return what there is of these kinds, in one statement a kind; of the others nothing."""
    kind = ReferenceKind
    return RuleChoices(
        groups=_list_group_names() if kind.GROUP in kinds else {},
        events=_list_event_titles() if kind.EVENT in kinds else {},
        blasts=_list_blast_names(role) if kind.BLAST in kinds else {},
        fields=_list_field_choices(role) if kind.FIELD in kinds else {},
        surveys=_list_survey_choices() if kind.SURVEY in kinds else {},
        languages=LANGUAGES,
    )


def _list_group_names() -> dict[int, str]:
    return {group.id: group.name for group in list_active_groups()}


def _list_blast_names(role: Role) -> dict[int, str]:
    names = dict(list_newest_blast_names(MAX_BLASTS))
    references = ((ReferenceKind.BLAST, log_id) for log_id in names)
    for reference in find_hidden_references(references, role):
        del names[reference[1]]
    return names


def _list_event_titles() -> dict[int, str]:
    return {event.id: event.title for event in fetch_all_events()[:MAX_CHOICES]}


def _list_field_choices(role: Role) -> dict[int, FieldChoice]:
    return {
        field.id: FieldChoice(field.name, field.field_type, field.choice_list)
        for field in list_fields(role)
    }


def _list_survey_choices() -> dict[int, SurveyChoice]:
    choices = {}
    for survey_id, name, text in list_survey_questions(MAX_CHOICES):
        if is_reached("survey_id", survey_id):
            prompts = [question.prompt for question in parse_questions(text)]
            choices[survey_id] = SurveyChoice(name, prompts)
    return choices
