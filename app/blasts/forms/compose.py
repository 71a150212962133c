"""What somebody writes and for whom, and the sentences beside what cannot be sent."""

from collections.abc import Sequence
from typing import Any

from flask import g
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.widgets import DateInput, TextArea, TimeInput

from app.blasts import queries
from app.blasts.actions.blast_confirmation import BlastDraft, get_test_phone
from app.blasts.forms.send_times import (
    SendModeField,
    SendTimeForm,
    add_field_error,
    create_repeated_hour_field,
)
from app.core.form_fields import CleanTextField
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.time import local_times
from app.events import queries as events
from app.events.models import Event
from app.organisation import queries as organisation
from app.surveys import queries as surveys
from app.surveys.models import SurveyFlow

MAX_CHARACTERS_HINT = f"The longest text that can be sent has {MAX_MESSAGE_CHARACTERS:,}."
NO_TEST_PHONE_ERROR = (
    "There is no phone for tests yet. Set ADMIN_TEST_PHONE to your own number (in the file .env), "
    "start SMS Admin again and send the test then."
)
MAX_NAMES_IN_ERROR = 3
NO_SURVEY_CHOICE = {"": "is read by a person"}


class OptOutFooterField(BooleanField):
    """Ticked unless it is left away, as browsers do with an empty box; a program may also say
    no.
    """

    false_values = (False, "false", "", "0", "no", "off")


class ComposeForm(SendTimeForm):
    """A blast on its way to being one. After `validate()`, `draft` is what would be sent."""

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
    schedule_date = StringField("Day", widget=DateInput())
    schedule_time = StringField("Time", widget=TimeInput())
    timezone = SelectField(
        "Time zone",
        default=organisation.get_organisation_timezone,
        validate_choice=False,
    )
    fold = create_repeated_hour_field()
    end_date = StringField("Last day", widget=DateInput())
    end_time = StringField("Last time", widget=TimeInput())
    end_fold = create_repeated_hour_field()
    survey_id = SelectField("Whoever answers", default="", validate_choice=False)
    include_unsubscribe = OptOutFooterField("Say how to stop", default=True)
    client_token = HiddenField()

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.event_id.choices = _build_event_choices()
        self.survey_id.choices = NO_SURVEY_CHOICE | {
            str(each.id): f"begins the survey {each.name}" for each in _get_open_surveys()
        }
        self.timezone.choices = {zone: zone for zone in _build_timezone_choices(self.timezone.data)}

    def validate_message_body(self, field: Field) -> None:
        """Something to read, of placeholders that exist, not too long."""
        if text_cleaning.is_blank_text(field.data or ""):
            raise ValidationError("Write a text first.")
        field.errors = [
            *field.errors,
            *message_templates.list_template_problems(
                field.data, of_event=self.target.data == BlastTarget.EVENT
            ),
        ]
        size = count_utf16_units(field.data)
        if size > MAX_MESSAGE_CHARACTERS:
            raise ValidationError(f"This text has {size:,} characters. {MAX_CHARACTERS_HINT}")

    def validate_target(self, field: Field) -> None:
        """Whom it is for is never guessed."""
        if not field.raw_data or field.data not in set(BlastTarget):
            raise ValidationError("Choose who gets it.")

    def validate_event_id(self, field: Field) -> None:
        """An event that is there."""
        if self.target.data != BlastTarget.EVENT:
            return
        if self.selected_event_id is None:
            raise ValidationError("Choose an event.")
        if events.find_event(self.selected_event_id) is None:
            raise ValidationError("That event was deleted.")

    def validate_survey_id(self, field: Field) -> None:
        """None, or one that can be begun."""
        if field.data and field.data not in {str(each.id) for each in _get_open_surveys()}:
            raise ValidationError(
                "That survey is closed or gone. Open it again, or choose another."
            )

    def validate_send_mode(self, field: Field) -> None:
        """A choice we know, and for a test a phone to send it to."""
        if field.data not in {"now", "later"}:
            raise ValidationError("Choose when.")
        if self.is_test and get_test_phone() is None:
            raise ValidationError(NO_TEST_PHONE_ERROR)

    def check_rendered_lengths(self, rehearsal: RenderedBlast) -> bool:
        """Whether the text can be sent to somebody once names are filled in; if not, says for
        whom it is too long.

        Whom alone it is too long for, the check names: they are left out.
        """
        long = rehearsal.too_long_texts
        if not long or len(long) < rehearsal.recipient_count:
            return True
        add_field_error(self.message_body, f"{describe_too_long_texts(long)} {MAX_CHARACTERS_HINT}")
        return False

    @property
    def selected_event_id(self) -> int | None:
        """The chosen event's id; None when what came is no id."""
        typed = (self.event_id.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None

    @property
    def selected_footer(self) -> str | None:
        """The opt-out line that is added to each text; None when it is not wanted or there is
        none.
        """
        return (
            (organisation.get_organisation().footer.strip() or None)
            if self.include_unsubscribe.data
            else None
        )

    @property
    def draft(self) -> BlastDraft:
        """The blast, once `validate()` was happy."""
        return BlastDraft(
            body=self.message_body.data or "",
            footer=self.selected_footer,
            target=BlastTarget(self.target.data),
            event_id=self.selected_event_id if self.target.data == BlastTarget.EVENT else None,
            timezone=self.selected_timezone,
            send_at=self.start.utc if self.start else None,
            not_after=self.end.utc if self.end else None,
            is_test=self.is_test,
            survey_id=int(self.survey_id.data) if self.survey_id.data else None,
        )

    def render_draft(self) -> RenderedBlast:
        """Who would get what, once `validate()` was happy."""
        draft = self.draft
        return queries.render_blast(draft.target, draft.event_id, draft.body, draft.footer)


def describe_too_long_texts(texts: Sequence[RenderedText]) -> str:
    """A sentence that names the first of these people, each with the length of their text."""
    named = [
        f"{text.name or format_phone_number(text.phone)} ({count_utf16_units(text.body):,} characters)"
        for text in texts[:MAX_NAMES_IN_ERROR]
    ]
    more = (
        f" and {len(texts) - MAX_NAMES_IN_ERROR:,} more" if len(texts) > MAX_NAMES_IN_ERROR else ""
    )
    return f"Filled in, the text is too long for {', '.join(named)}{more}."


def _get_open_surveys() -> list[SurveyFlow]:
    """Every survey that can be begun; asked for once a request."""
    if "open_surveys" not in g:
        g.open_surveys = surveys.find_open_surveys()
    return list(g.open_surveys)


def _build_event_choices() -> dict[str, str]:
    """Every event by its title and day, after an empty first line."""
    return {"": "Choose an event"} | {
        str(event.id): _format_event_choice(event) for event in events.fetch_all_events()
    }


def _format_event_choice(event: Event) -> str:
    day = event.date
    return (
        f"{event.title}, {day.day} {local_times.MONTH_NAMES[day.month - 1]} {day.year}"
        if day
        else event.title
    )


def _build_timezone_choices(chosen: str | None) -> list[str]:
    """The zones to choose from, and the chosen one, which may have another spelling or be a
    mistake to show.
    """
    zones = local_times.list_time_zones()
    return zones if not chosen or chosen in zones else [chosen, *zones]
