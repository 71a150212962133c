"""The fields that say whom a blast is for: everybody, an event, several lists, an earlier blast."""

from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, RadioField, SelectField, ValidationError

from app.audiences.queries.audience_lists import find_exclusion_problem
from app.audiences.queries.reached_parts import find_numbers_problem, find_target_problem
from app.blasts.forms.list_fields import MULTIPLE_FIELDS, ListsForm
from app.blasts.queries.compose_choices import build_event_choices
from app.blasts.queries.list_choices import OUTCOME_FIELD, ListChoice, build_list_choices
from app.blasts.queries.people_permission import find_people_problem
from app.blasts.queries.results_audience import parse_results_audience
from app.core.permission_checks import is_reached
from app.domain.audiences.audience_rules import PartKind
from app.domain.audiences.chosen_audience import ChosenPeople, build_results_part, format_part
from app.domain.delivery.blast_outcomes import ResultsAudience, build_outcome_choices
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.whole_numbers import parse_id
from app.events.queries import events

BLAST_GONE_ERROR = "That earlier blast no longer exists. Choose who gets this one."
# The fields that name the people of an earlier blast, and what `audience` says then.
RESULTS_KIND = "results"
RESULTS_FIELDS = ("audience", "log_id", "outcome")
# The button that makes people of an earlier blast one list among several.
WIDEN_BUTTON = "widen"
# What `target` said for one group, which `group_id` named; pages that were open still say so.
FORMER_GROUP_TARGET = "group"
AUDIENCE_LABELS = {
    BlastTarget.COMMUNITY.value: "Everybody in the community",
    BlastTarget.EVENT.value: "People of an event",
    BlastTarget.AUDIENCE.value: "Groups and other lists",
}
# What the review page carries on in hidden fields, beside the lists.
AUDIENCE_FIELDS = ("target", "event_id", *RESULTS_FIELDS)


def choose_first_target() -> str:
    """Return the audience of a new form: everybody, lists for whom may not text everybody."""
    community = BlastTarget.COMMUNITY.value
    return BlastTarget.AUDIENCE.value if find_target_problem(community, None) else community


def translate_audience_fields(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the fields of a form with every list of the audience named whole.

    One group as a list; people of an earlier blast as a list where they are chosen together with
    others; and an earlier blast of the lists with the outcome that is chosen beside it.
    """
    translated = MultiDict(fields)
    if fields.get("target") == FORMER_GROUP_TARGET:
        translated["target"] = BlastTarget.AUDIENCE.value
        translated.setlist("include", [f"group:{fields.get('group_id', '')}"])
    if WIDEN_BUTTON in fields:
        _make_results_a_list(translated)
    for name in MULTIPLE_FIELDS:
        values = [_add_outcome(value, fields) for value in translated.getlist(name)]
        translated.setlist(name, values)
    return translated


def _make_results_a_list(fields: MultiDict[str, str]) -> None:
    results_of = parse_results_audience(fields.get("log_id", ""), fields.get("outcome", ""))
    fields["target"] = BlastTarget.AUDIENCE.value
    if results_of:
        fields.setlist("include", [format_part(build_results_part(results_of))])
        fields["audience"] = ""


def _add_outcome(value: str, fields: MultiDict[str, str]) -> str:
    """Return "results:7:no_reply" of "results:7", with the outcome of the field outcome_7."""
    kind, _, log_id = value.partition(":")
    outcome = fields.get(f"{OUTCOME_FIELD}{log_id}") if kind == PartKind.RESULTS else None
    return f"{value}:{outcome}" if outcome else value


class AudienceForm(ListsForm):
    """Whom a blast is for: `target` says so, unless `audience` names people of an earlier blast."""

    target = RadioField(
        "Audience",
        choices=AUDIENCE_LABELS,
        default=choose_first_target,
        validate_choice=False,
    )
    event_id = SelectField("Event", validate_choice=False)
    audience = HiddenField()
    log_id = HiddenField()
    outcome = HiddenField()
    list_sections: dict[str, list[ListChoice]] = {}
    outcome_labels = build_outcome_choices()

    @property
    def is_for_results(self) -> bool:
        """Whether it is for people of an earlier blast."""
        return bool(self.audience.data == RESULTS_KIND)

    @property
    def is_for_lists(self) -> bool:
        """Whether it is for the lists that are chosen in the form."""
        return bool(self.target.data == BlastTarget.AUDIENCE) and not self.is_for_results

    @property
    def selected_results(self) -> ResultsAudience | None:
        """Whose results they are; None where it is for others, or for no blast the user reaches."""
        if not self.is_for_results:
            return None
        results_of = parse_results_audience(self.log_id.data or "", self.outcome.data or "")
        if results_of is None or not is_reached("log_id", results_of.log_id):
            return None
        return results_of

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
        """Offer the community, events where there are any, and lists."""
        self.event_id.choices = build_event_choices()
        values = [*(self.include.data or ()), *(self.exclude.data or ())]
        self.list_sections = build_list_choices(current_user.role, self.chosen_lists, values)
        choices = dict(AUDIENCE_LABELS)
        if find_target_problem(BlastTarget.COMMUNITY, None):
            del choices[BlastTarget.COMMUNITY]
        if not self.has_event_choices:
            del choices[BlastTarget.EVENT]
        self.target.choices = choices

    @property
    def has_event_choices(self) -> bool:
        """Whether an event may be chosen, after load_audience_choices()."""
        # One choice of an event asks to choose.
        has_events = len(list(self.event_id.choices or ())) > 1
        return has_events or self.target.data == BlastTarget.EVENT

    def validate_target(self, field: Field) -> None:
        """Reject a missing audience: whom a blast is for is never guessed."""
        if self.is_for_results:
            return
        if not field.raw_data or field.data not in set(BlastTarget):
            raise ValidationError("Choose who gets it.")
        if field.data == BlastTarget.COMMUNITY and (problem := self._find_target_problem()):
            raise ValidationError(problem)

    def validate_event_id(self, field: Field) -> None:
        """Reject an event that does not exist, where the blast is for one."""
        if self.target.data != BlastTarget.EVENT or self.is_for_results:
            return
        if self.selected_event_id is None:
            raise ValidationError("Choose an event.")
        if events.find_event(self.selected_event_id) is None:
            raise ValidationError("That event was deleted.")
        if problem := self._find_target_problem():
            raise ValidationError(problem)

    @property
    def selected_event_id(self) -> int | None:
        """The chosen event's id; None when what came is no id."""
        return parse_id((self.event_id.data or "").strip())

    @property
    def has_event_date(self) -> bool:
        """Whether days can be counted to or from the chosen event; also where none is chosen."""
        event = events.find_event(self.selected_event_id)
        return event is None or event.date is not None

    @property
    def selected_people(self) -> ChosenPeople | None:
        """The lists or the earlier blast whose people get it; None for another audience.

        None as well for people whom this user cannot text.
        """
        return None if self.people_problem else self._named_people

    @property
    def previewed_people(self) -> ChosenPeople | None:
        """The same for the preview, which shows only people whom the user reaches."""
        return None if self._find_list_problem() else self._named_people

    @property
    def people_problem(self) -> str:
        """Why this user cannot text the chosen people, "" when they can."""
        return self._find_list_problem() or find_numbers_problem(self._named_people)

    def _find_list_problem(self) -> str:
        if problem := self._find_target_problem():
            return problem
        role = current_user.role
        excluded = self.chosen_lists.rule.excluded if self.is_for_lists else ()
        problems = (find_exclusion_problem(part, role) for part in excluded)
        return find_people_problem(self._named_people, role) or next(filter(None, problems), "")

    def _find_target_problem(self) -> str:
        """Return why this user cannot text everybody or the event, "" when they can."""
        if self.is_for_results:
            return ""
        return find_target_problem(self.target.data, self.selected_event_id)

    @property
    def draft_target(self) -> BlastTarget:
        """The target of the draft; people of an earlier blast are those of no event."""
        is_known = self.target.data in set(BlastTarget) and not self.is_for_results
        return BlastTarget(self.target.data) if is_known else BlastTarget.EVENT

    @property
    def _named_people(self) -> ChosenPeople | None:
        if not self.is_for_lists:
            return self.selected_results
        return self.chosen_lists if self.chosen_lists.rule.included else None
