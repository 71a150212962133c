"""What the trigger of a sequence can name: groups, events, surveys and fields with dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.clock import now
from app.core.local_formats import get_display_timezone
from app.domain.accounts.roles import Role
from app.domain.profiles.field_types import FieldType
from app.domain.sequences.sequence_states import SequenceTrigger
from app.domain.sequences.sequence_words import TRIGGER_LABELS
from app.domain.time.local_times import get_local_date
from app.events.queries.events import fetch_upcoming_events, find_event_titles
from app.groups.queries.group_records import find_group_names, list_textable_groups
from app.profiles.queries.field_records import find_field_names, list_fields
from app.sequences.models import Sequence
from app.surveys.queries.surveys import find_survey_choices

ANY_EVENT = "any"
NONE_CHOSEN = {"": "Choose one"}
Choices = dict[str, str]


@dataclass(frozen=True)
class TriggerChoices:
    """The choices of each select, value to label. What a sequence has already is always offered."""

    kinds: Mapping[SequenceTrigger, str]
    groups: Choices
    events: Choices
    surveys: Choices
    fields: Choices


def load_trigger_choices(role: Role, sequence: Sequence | None) -> TriggerChoices:
    """Return what a user with this role can choose; `sequence`: the one that is changed."""
    groups = {group.id: group.name for group in list_textable_groups(role)}
    today = get_local_date(get_display_timezone(), now())
    events = {event.id: event.title for event in fetch_upcoming_events(today)}
    dates = [field for field in list_fields(role) if field.field_type is FieldType.DATE]
    fields = {field.id: field.name for field in dates}
    survey_id = sequence.survey_id if sequence else None
    if sequence:
        # Archived, past and closed ones stay chosen.
        groups |= find_group_names(_list_id(sequence.group_id))
        events |= find_event_titles(_list_id(sequence.event_id))
        fields |= find_field_names(_list_id(sequence.field_id))
    return TriggerChoices(
        kinds=TRIGGER_LABELS,
        groups=_build_choices(groups),
        events=NONE_CHOSEN | {ANY_EVENT: "Any event"} | _number_choices(events),
        surveys=_build_choices(dict(find_survey_choices(survey_id))),
        fields=_build_choices(fields),
    )


def is_offered(field: Any) -> bool:
    """Whether something is chosen in a select that it offers."""
    return bool(field.data) and any(choice.selected for choice in field.iter_choices())


def _list_id(id_: int | None) -> list[int]:
    return [id_] if id_ is not None else []


def _build_choices(names: dict[int, str]) -> Choices:
    return NONE_CHOSEN | _number_choices(names)


def _number_choices(names: dict[int, str]) -> Choices:
    return {str(id_): name for id_, name in names.items()}
