"""The compose form: the text, whom it is for and when it leaves."""

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.widgets import TextArea

from app.blasts.forms.send_times import (
    SendModeField,
    SendTimeForm,
    create_repeated_hour_field,
)
from app.blasts.queries.compose_choices import build_event_choices, build_survey_choices
from app.blasts.queries.results_audience import parse_results_audience
from app.blasts.queries.text_notices import describe_too_long_texts
from app.core.form_fields import CalendarDayField, CleanTextField, ClockField, add_error
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_outcomes import ResultsAudience
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.whole_numbers import parse_id
from app.domain.time.zone_names import parse_time_zone
from app.events.queries import events
from app.organisation import queries as organisation

MAX_BLAST_NAME_LENGTH = 80
MAX_CHARACTERS_HINT = f"A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
SURVEY_GONE_ERROR = "That survey is closed or deleted. Reopen it, or choose another."
BLAST_GONE_ERROR = "That earlier blast no longer exists. Choose who gets this one."
# The fields that name the people of an earlier blast, and what `audience` says then.
RESULTS_KIND = "results"
RESULTS_FIELDS = ("audience", "log_id", "outcome")
# What the review page carries on in hidden fields; the end only when there is one.
CARRIED_FIELDS: tuple[str, ...] = (
    "message_body",
    "target",
    "event_id",
    "schedule_date",
    "schedule_time",
    "timezone",
    "fold",
    "client_token",
    "survey_id",
    "send_mode",
    "name",
    *RESULTS_FIELDS,
)
CARRIED_END_FIELDS = ("end_date", "end_time", "end_fold")


class OptOutFooterField(BooleanField):
    """Ticked unless it is left away, as browsers do with an empty box; a program may say no."""

    false_values = (False, "false", "", "0", "no", "off")


class ResultsAudienceForm(FlaskForm):
    """Whom a blast is for, where that is people of an earlier one; `target` counts otherwise."""

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
        """Reject an earlier blast that does not exist: it never becomes everyone."""
        if self.is_for_results and self.selected_results is None:
            raise ValidationError(BLAST_GONE_ERROR)


class ComposeForm(ResultsAudienceForm, SendTimeForm):
    """A blast that is being written. After `validate()`, `build_draft()` is what would be sent."""

    message_body = CleanTextField("Text", widget=TextArea())
    target = RadioField(
        "Audience",
        choices={
            BlastTarget.COMMUNITY.value: "Everybody in the community",
            BlastTarget.EVENT.value: "People of an event",
        },
        default=BlastTarget.COMMUNITY.value,
        validate_choice=False,
    )
    event_id = SelectField("Event", validate_choice=False)
    send_mode = SendModeField(
        "Send it",
        choices={"now": "Now", "later": "Later"},
        default="now",
        validate_choice=False,
    )
    schedule_date = CalendarDayField("Day", organisation.get_organisation_region)
    schedule_time = ClockField("Time")
    timezone = StringField(
        "Time zone",
        default=organisation.get_organisation_timezone,
        filters=[lambda written: parse_time_zone(written or "") or written],
    )
    fold = create_repeated_hour_field()
    end_date = CalendarDayField("End day", organisation.get_organisation_region)
    end_time = ClockField("End time")
    end_fold = create_repeated_hour_field()
    survey_id = SelectField("Replies", default="", validate_choice=False)
    include_unsubscribe = OptOutFooterField("Add opt-out line", default=True)
    name = CleanTextField("Name")
    plain_names = BooleanField("Send names in plain letters")
    test_phone = StringField("Your phone")
    test_code = StringField("Code from the text")
    client_token = HiddenField()

    def load_choices(self) -> None:
        """Load what there is to choose from; only the page that shows the form needs it."""
        self.event_id.choices = build_event_choices()
        self.survey_id.choices = build_survey_choices()

    def validate_message_body(self, field: Field) -> None:
        """Reject a text that is blank, too long, or has placeholders that cannot be filled in."""
        if text_cleaning.is_blank_text(field.data or ""):
            raise ValidationError("Write a text first.")
        of_event = self.target.data == BlastTarget.EVENT
        for problem in message_templates.list_template_problems(field.data, of_event=of_event):
            add_error(field, problem)
        size = count_utf16_units(field.data)
        if size > MAX_MESSAGE_CHARACTERS:
            raise ValidationError(f"This text has {size:,} characters. {MAX_CHARACTERS_HINT}")

    def validate_name(self, field: Field) -> None:
        """Reject a name that is too long to be kept."""
        if len((field.data or "").strip()) > MAX_BLAST_NAME_LENGTH:
            raise ValidationError(f"Enter at most {MAX_BLAST_NAME_LENGTH} characters.")

    def validate_target(self, field: Field) -> None:
        """Reject a missing audience: whom a blast is for is never guessed."""
        if self.is_for_results:
            return
        if not field.raw_data or field.data not in set(BlastTarget):
            raise ValidationError("Choose who gets it.")

    def validate_event_id(self, field: Field) -> None:
        """Reject an event that does not exist, where the blast is for one."""
        if self.target.data != BlastTarget.EVENT or self.is_for_results:
            return
        if self.selected_event_id is None:
            raise ValidationError("Choose an event.")
        if events.find_event(self.selected_event_id) is None:
            raise ValidationError("That event was deleted.")

    def validate_survey_id(self, field: Field) -> None:
        """Reject a survey that cannot be begun; none is fine."""
        if field.data and field.data not in build_survey_choices():
            raise ValidationError(SURVEY_GONE_ERROR)

    def validate_send_mode(self, field: Field) -> None:
        """Reject any choice but now and later."""
        if field.data not in {"now", "later"}:
            raise ValidationError("Choose when.")

    def check_rendered_lengths(self, blast: RenderedBlast) -> bool:
        """Whether the text can be sent to somebody once names are filled in.

        Names the people it is too long for beside the field, where that is everybody. Otherwise
        the review page names them, and they are left out.
        """
        too_long = blast.too_long_texts
        if not too_long or len(too_long) < blast.recipient_count:
            return True
        sentence = f"{describe_too_long_texts(too_long)} {MAX_CHARACTERS_HINT}"
        add_error(self.message_body, sentence)
        return False

    @property
    def selected_event_id(self) -> int | None:
        """The chosen event's id; None when what came is no id."""
        return parse_id((self.event_id.data or "").strip())

    @property
    def selected_footer(self) -> str | None:
        """The opt-out line that is added to each text; None when unwanted or not set."""
        if not self.include_unsubscribe.data:
            return None
        return organisation.get_organisation().footer.strip() or None

    def build_draft(self) -> BlastDraft:
        """Return the blast. Call after `validate()` returned True."""
        results_of = self.selected_results
        # An event that does not exist: code that does not know results reaches nobody.
        target = BlastTarget.EVENT if results_of else BlastTarget(self.target.data)
        is_for_event = target == BlastTarget.EVENT and results_of is None
        return BlastDraft(
            body=self.message_body.data or "",
            footer=self.selected_footer,
            target=target,
            results_of=results_of,
            event_id=self.selected_event_id if is_for_event else None,
            timezone=self.selected_timezone,
            send_at=self.start.utc if self.start else None,
            not_after=self.end.utc if self.end else None,
            is_test=self.is_test,
            survey_id=parse_id(self.survey_id.data or ""),
            name=(self.name.data or "").strip() or None,
            plain_names=bool(self.plain_names.data),
        )

    def list_carried_fields(self) -> list[tuple[str, str]]:
        """Return what the review page sends again, as (name, value)."""
        names = CARRIED_FIELDS
        if self.end is not None:
            names += CARRIED_END_FIELDS
        fields = [(name, self[name].data) for name in names if self[name].data]
        for flag in ("include_unsubscribe", "plain_names"):
            if self[flag].data:
                fields.append((flag, "y"))
        return fields
