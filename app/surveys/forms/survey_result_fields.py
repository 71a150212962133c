"""What a survey does with whoever finishes it: the event and the group of its form."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectField, ValidationError

from app.domain.texts.whole_numbers import parse_id
from app.events.forms.events import SingleLineField
from app.events.queries.events import fetch_all_events, find_event
from app.groups.forms import build_group_choices, require_group_choice
from app.surveys.queries.survey_groups import find_kept_groups

MAX_EVENT_TITLE_LENGTH = 200


class SurveyResultFields(FlaskForm):
    """The fields of a survey's form that say what is done with whoever finishes."""

    linked_event_id = SelectField("Event", validate_choice=False)
    new_event = SingleLineField("Or a new event")
    group_id = SelectField("Group", validate_choice=False)
    counts_as_check_in = BooleanField("Counts as a check-in")
    # The groups that the stored survey names: they may be saved again.
    kept_groups: frozenset[int] = frozenset()
    group_choices: Mapping[str, str] = MappingProxyType({})

    def set_result_choices(self, survey_id: int | None) -> None:
        """Offer the events and the groups that there are, and those of the stored survey."""
        titles = {str(event.id): event.title for event in fetch_all_events()}
        self.linked_event_id.choices = {"": "None"} | titles
        self.kept_groups = frozenset(find_kept_groups(survey_id))
        self.group_choices = build_group_choices(self.kept_groups, "None")
        self.group_id.choices = self.group_choices

    @property
    def has_event(self) -> bool:
        """Whether whoever finishes is registered for an event."""
        return bool(self.linked_event_id.data or self.new_event.data)

    @property
    def last_end_label(self) -> str:
        """The label of the end that registers nobody, "" where who finishes is not registered."""
        if not self.has_event:
            return "the end, without joining the group" if self.group_id.data else ""
        more = " or joining" if self.group_id.data else ""
        return f"the end, without registering{more}"

    def validate_linked_event_id(self, field: Field) -> None:
        """Reject an event that is gone; none is fine."""
        if field.data and find_event(self.event_id) is None:
            raise ValidationError("That event was deleted.")

    def validate_new_event(self, field: Field) -> None:
        """Reject a title longer than the column, and one besides a chosen event."""
        if field.data and len(field.data) > MAX_EVENT_TITLE_LENGTH:
            raise ValidationError(
                f"A title can have up to {MAX_EVENT_TITLE_LENGTH} characters. "
                f"This one has {len(field.data):,}."
            )
        if field.data and self.linked_event_id.data:
            raise ValidationError("Choose an event, or name a new one, not both.")

    def validate_group_id(self, field: Field) -> None:
        """Require a group that this user may choose, or none."""
        if field.data:
            require_group_choice(field, self.kept_groups)

    @property
    def event_id(self) -> int | None:
        """The id of the chosen event; None when what came is no id."""
        return parse_id((self.linked_event_id.data or "").strip())
