"""The fields that say whom a blast is for: everybody, an event, a group, an earlier blast."""

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectField, ValidationError

from app.blasts.queries.compose_choices import build_event_choices
from app.blasts.queries.group_recipients import (
    build_group_choices,
    find_group_audience,
    find_group_problem,
)
from app.blasts.queries.people_permission import find_people_problem
from app.blasts.queries.results_audience import parse_results_audience
from app.domain.delivery.blast_outcomes import ResultsAudience
from app.domain.delivery.group_audience import ChosenPeople
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.whole_numbers import parse_id
from app.events.queries import events

BLAST_GONE_ERROR = "That earlier blast no longer exists. Choose who gets this one."
# The fields that name the people of an earlier blast, and what `audience` says then.
RESULTS_KIND = "results"
RESULTS_FIELDS = ("audience", "log_id", "outcome")
# What `target` says for a group, which `group_id` names.
GROUP_TARGET = "group"
AUDIENCE_LABELS = {
    BlastTarget.COMMUNITY.value: "Everybody in the community",
    BlastTarget.EVENT.value: "People of an event",
    GROUP_TARGET: "A group",
}
# What the review page carries on in hidden fields.
AUDIENCE_FIELDS = ("target", "event_id", "group_id", *RESULTS_FIELDS)


class AudienceForm(FlaskForm):
    """Whom a blast is for: `target` says so, unless `audience` names people of an earlier blast."""

    target = RadioField(
        "Audience",
        choices=AUDIENCE_LABELS,
        default=BlastTarget.COMMUNITY.value,
        validate_choice=False,
    )
    event_id = SelectField("Event", validate_choice=False)
    group_id = SelectField("Group", validate_choice=False)
    audience = HiddenField()
    log_id = HiddenField()
    outcome = HiddenField()

    @property
    def is_for_results(self) -> bool:
        """Whether it is for people of an earlier blast."""
        return bool(self.audience.data == RESULTS_KIND)

    @property
    def selected_results(self) -> ResultsAudience | None:
        """Whose results they are; None where it is for others, or what came names no blast."""
        if not self.is_for_results:
            return None
        return parse_results_audience(self.log_id.data or "", self.outcome.data or "")

    def validate_audience(self, field: Field) -> None:
        """Reject an earlier blast that does not exist, or to a group that this user cannot text.

        It never becomes everyone.
        """
        if not self.is_for_results:
            return
        results_of = self.selected_results
        if results_of is None:
            raise ValidationError(BLAST_GONE_ERROR)
        if problem := find_people_problem(results_of, current_user.role):
            raise ValidationError(problem)

    def load_audience_choices(self) -> None:
        """Offer the community, and events and groups where there are any or one was chosen."""
        self.event_id.choices = build_event_choices()
        self.group_id.choices = build_group_choices(current_user.role)
        # One choice of an event or a group asks to choose.
        is_missing = {
            BlastTarget.EVENT.value: len(list(self.event_id.choices or ())) < 2,
            GROUP_TARGET: len(list(self.group_id.choices or ())) < 2,
        }
        self.target.choices = {
            kind: label
            for kind, label in AUDIENCE_LABELS.items()
            if not is_missing.get(kind) or kind == self.target.data
        }

    def validate_target(self, field: Field) -> None:
        """Reject a missing audience: whom a blast is for is never guessed."""
        if self.is_for_results:
            return
        if not field.raw_data or field.data not in {*BlastTarget, GROUP_TARGET}:
            raise ValidationError("Choose who gets it.")

    def validate_event_id(self, field: Field) -> None:
        """Reject an event that does not exist, where the blast is for one."""
        if self.target.data != BlastTarget.EVENT or self.is_for_results:
            return
        if self.selected_event_id is None:
            raise ValidationError("Choose an event.")
        if events.find_event(self.selected_event_id) is None:
            raise ValidationError("That event was deleted.")

    def validate_group_id(self, field: Field) -> None:
        """Reject a group that cannot be texted by this user, where the blast is for one."""
        if not self.is_for_group:
            return
        if problem := find_group_problem(self.selected_group_id, current_user.role):
            raise ValidationError(problem)

    @property
    def selected_event_id(self) -> int | None:
        """The chosen event's id; None when what came is no id."""
        return parse_id((self.event_id.data or "").strip())

    @property
    def selected_group_id(self) -> int | None:
        """The chosen group's id; None when what came is no id."""
        return parse_id((self.group_id.data or "").strip())

    @property
    def is_for_group(self) -> bool:
        """Whether it is for the people of a group."""
        return bool(self.target.data == GROUP_TARGET) and not self.is_for_results

    @property
    def selected_people(self) -> ChosenPeople | None:
        """The earlier blast or the group whose people get it; None for another audience.

        None as well for people whom this user cannot text.
        """
        people_of = self._named_people
        return None if find_people_problem(people_of, current_user.role) else people_of

    @property
    def people_problem(self) -> str:
        """Why this user cannot text the chosen people, "" when they can."""
        return find_people_problem(self._named_people, current_user.role)

    @property
    def _named_people(self) -> ChosenPeople | None:
        if self.is_for_group:
            return find_group_audience(self.selected_group_id)
        return self.selected_results
