"""What is typed on the practice phones."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError

from app.blasts.views.blast_labels import format_blast_title
from app.core.form_fields import PhoneField
from app.core.template_filters import format_local_time
from app.delivery.carriers.sandbox_models import PhoneBehaviour
from app.delivery.models import MessageLog
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.organisation.queries import get_organisation_region
from app.sandbox.actions import ReplyShare
from app.sandbox.queries import list_latest_sandbox_blasts

MAX_PERCENT = 100
BEHAVIOUR_LABELS = {
    PhoneBehaviour.WORKING: "Working",
    PhoneBehaviour.UNREACHABLE: "Switched off",
    PhoneBehaviour.LANDLINE: "A landline",
    PhoneBehaviour.REFUSED: "Not a real number",
    PhoneBehaviour.SLOW: "Slow",
    PhoneBehaviour.NO_RECEIPT: "Without receipts",
}
BEHAVIOUR_DESCRIPTIONS = {
    PhoneBehaviour.WORKING: "Texts arrive within a second.",
    PhoneBehaviour.UNREACHABLE: "Texts leave and come back as not delivered.",
    PhoneBehaviour.LANDLINE: "Texts are taken and then come back: landlines cannot get them.",
    PhoneBehaviour.REFUSED: "The network refuses texts to this number at once.",
    PhoneBehaviour.SLOW: "Texts arrive after eight seconds.",
    PhoneBehaviour.NO_RECEIPT: "Texts leave, and nobody ever hears whether they arrived.",
}


class OpenPhoneForm(FlaskForm):
    """Any number, to open its phone. A GET form: it changes nothing."""

    class Meta:
        csrf = False

    phone = PhoneField("Number", get_organisation_region)


class PhoneTextForm(FlaskForm):
    """What the phone writes: exactly as typed, as phones do."""

    body = StringField("Text message")

    def validate_body(self, field: Any) -> None:
        """At least one sign, at most one text's worth.

        (A NUL is no sign: SQLite would end the text there.)
        """
        _check_body(field, needed=True)


class PhonePictureForm(PhoneTextForm):
    """What the phone writes below a picture: it may be nothing."""

    def validate_body(self, field: Any) -> None:
        """At most one text's worth."""
        _check_body(field, needed=False)


class StrangerTextForm(PhoneTextForm):
    """What somebody writes whose number nobody here knows."""

    body = StringField(
        "What they write", default="Hi, is the picnic on Saturday?", id="stranger_body"
    )


class SimulatedRepliesForm(FlaskForm):
    """The crowd answers a blast. After `validate()`, `log` and `parts` are what it says."""

    log_id = SelectField("Which blast", validate_choice=False)
    percent = StringField("Percent of people", default="40")
    body = StringField("Their text", default="YES", id="crowd_body")
    other_percent = StringField("Percent of others", default="0")
    other_body = StringField("The others’ text", default="STOP")

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.log_id.choices = {
            str(log.id): _build_blast_label(log) for log in list_latest_sandbox_blasts()
        }
        self.log_id.data = self.log_id.data or next(iter(self.log_id.choices), None)

    def validate_log_id(self, field: Any) -> None:
        """One of the list."""
        if field.data not in field.choices:
            raise ValidationError("Choose a blast.")

    def validate_percent(self, field: Any) -> None:
        """A whole number; with the other one not more than everybody."""
        self._check_percent(field)
        if self._parse_percent(field) + self._parse_percent(self.other_percent) > MAX_PERCENT:
            raise ValidationError("Together they are more than a hundred.")
        if self._parse_percent(field) + self._parse_percent(self.other_percent) == 0:
            raise ValidationError("Then nobody answers. Write a number above 0.")

    def validate_other_percent(self, field: Any) -> None:
        """A whole number."""
        self._check_percent(field)

    def validate_body(self, field: Any) -> None:
        """Something to text, if anybody does."""
        _check_body(field, needed=self._parse_percent(self.percent) > 0)

    def validate_other_body(self, field: Any) -> None:
        """The same of the others."""
        _check_body(field, needed=self._parse_percent(self.other_percent) > 0)

    @property
    def blast_id(self) -> int:
        """The number of the chosen blast."""
        return int(self.log_id.data)

    @property
    def reply_shares(self) -> list[ReplyShare]:
        """How many of a hundred text what."""
        both = ((self.percent, self.body), (self.other_percent, self.other_body))
        return [ReplyShare(self._parse_percent(percent), str(body.data)) for percent, body in both]

    def _check_percent(self, field: Any) -> None:
        typed = (field.data or "").strip()
        if typed and not (
            typed.isascii() and typed.isdigit() and len(typed) <= 3 and int(typed) <= MAX_PERCENT
        ):
            raise ValidationError("Write a whole number from 0 to 100.")

    @staticmethod
    def _parse_percent(field: Any) -> int:
        typed = (field.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 3 else 0


def _check_body(field: Any, *, needed: bool) -> None:
    field.data = (field.data or "").replace("\x00", "")
    if needed and not field.data.strip():
        raise ValidationError("Write something first.")
    if count_utf16_units(field.data) > MAX_MESSAGE_CHARACTERS:
        raise ValidationError(
            f"A text has at most {MAX_MESSAGE_CHARACTERS:,} characters. This one has {count_utf16_units(field.data):,}."
        )


def _build_blast_label(log: MessageLog) -> str:
    return f"{format_blast_title(log.message_body, log.event_title)} · {format_local_time(log.created_at)}"


class PhoneBehaviourForm(FlaskForm):
    """How the phone behaves: one of the buttons."""

    mood = StringField("This phone is")

    def validate_mood(self, field: Any) -> None:
        """Only what a button can say."""
        if field.data not in set(PhoneBehaviour):
            raise ValidationError("Choose one of the buttons.")
