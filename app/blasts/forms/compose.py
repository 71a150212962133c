"""The compose form: the text, whom it is for and when it leaves."""

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.widgets import TextArea

from app.blasts.forms.audience_fields import AUDIENCE_FIELDS, AudienceForm
from app.blasts.forms.send_times import (
    SendModeField,
    SendTimeForm,
    create_repeated_hour_field,
)
from app.blasts.queries.compose_choices import build_survey_choices
from app.blasts.queries.text_notices import describe_too_long_texts
from app.core.form_fields import CalendarDayField, CleanTextField, ClockField, add_error
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.domain.texts.whole_numbers import parse_id
from app.domain.time.zone_names import parse_time_zone
from app.message_templates.forms.translated_texts import TranslatedTextForm, check_message_text
from app.organisation import queries as organisation
from app.profiles.queries.textable_fields import load_template_fields

MAX_BLAST_NAME_LENGTH = 80
MAX_CHARACTERS_HINT = f"A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
SURVEY_GONE_ERROR = "That survey is closed or deleted. Reopen it, or choose another."
# What the review page carries on in hidden fields; the end only when there is one.
CARRIED_FIELDS: tuple[str, ...] = (
    "message_body",
    "schedule_date",
    "schedule_time",
    "timezone",
    "fold",
    "client_token",
    "survey_id",
    "send_mode",
    "name",
    *AUDIENCE_FIELDS,
)
CARRIED_END_FIELDS = ("end_date", "end_time", "end_fold")


class OptOutFooterField(BooleanField):
    """Ticked unless it is left away, as browsers do with an empty box; a program may say no."""

    false_values = (False, "false", "", "0", "no", "off")


class ComposeForm(AudienceForm, SendTimeForm, TranslatedTextForm):
    """A blast that is being written. After `validate()`, `build_draft()` is what would be sent."""

    first_text_name = "message_body"
    message_body = CleanTextField("Text", widget=TextArea())
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
        self.load_audience_choices()
        self.survey_id.choices = build_survey_choices()

    def validate_message_body(self, field: Field) -> None:
        """Reject a text that is blank, too long, or has placeholders that cannot be filled in."""
        self.check_text(field)

    def check_text(self, field: Field) -> None:
        """Reject a text that cannot be sent to the chosen people."""
        check_message_text(
            field,
            of_event=self.target.data == BlastTarget.EVENT,
            has_date=self.has_event_date,
            fields=load_template_fields(),
        )

    def validate_name(self, field: Field) -> None:
        """Reject a name that is too long to be kept."""
        if len((field.data or "").strip()) > MAX_BLAST_NAME_LENGTH:
            raise ValidationError(f"Enter at most {MAX_BLAST_NAME_LENGTH} characters.")

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
    def selected_footer(self) -> str | None:
        """The opt-out line that is added to each text; None when unwanted or not set."""
        if not self.include_unsubscribe.data:
            return None
        return organisation.get_organisation().footer.strip() or None

    def build_draft(self) -> BlastDraft:
        """Return the blast. Call after `validate()` returned True."""
        people_of = self.selected_people
        target = self.draft_target
        is_for_event = target == BlastTarget.EVENT and not self.is_for_results
        return BlastDraft(
            body=self.message_body.data or "",
            footer=self.selected_footer,
            target=target,
            people_of=people_of,
            event_id=self.selected_event_id if is_for_event else None,
            timezone=self.selected_timezone,
            send_at=self.start.utc if self.start else None,
            not_after=self.end.utc if self.end else None,
            is_test=self.is_test,
            survey_id=parse_id(self.survey_id.data or ""),
            name=(self.name.data or "").strip() or None,
            plain_names=bool(self.plain_names.data),
            translations=self.translations,
        )

    def list_carried_fields(self) -> list[tuple[str, str]]:
        """Return what the review page sends again, as (name, value)."""
        names = CARRIED_FIELDS
        if self.end is not None:
            names += CARRIED_END_FIELDS
        fields = [(name, self[name].data) for name in names if self[name].data]
        fields += self.list_carried_translations()
        fields += self.list_carried_lists()
        for flag in ("include_unsubscribe", "plain_names"):
            if self[flag].data:
                fields.append((flag, "y"))
        return fields
