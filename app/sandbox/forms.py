"""Forms of the sandbox phones' pages."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError

from app.core.form_fields import PhoneField
from app.core.local_formats import format_local_time
from app.delivery.carriers.sandbox_models import PhoneBehaviour
from app.delivery.models import MessageLog
from app.delivery.queries.sandbox_blasts import list_latest_sandbox_blasts
from app.domain.delivery.blast_labels import name_blast
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.whole_numbers import parse_whole_number
from app.organisation.queries import get_organisation_region
from app.sandbox.actions.simulated_replies import ReplyShare

MAX_PERCENT = 100
MAX_PERCENT_DIGITS = 3
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
    PhoneBehaviour.UNREACHABLE: "Texts are sent and fail: phone off.",
    PhoneBehaviour.LANDLINE: "Texts are accepted, then fail: landlines can’t receive them.",
    PhoneBehaviour.REFUSED: "Texts are rejected immediately.",
    PhoneBehaviour.SLOW: "Texts arrive after eight seconds.",
    PhoneBehaviour.NO_RECEIPT: "Texts are sent, but delivery is never reported.",
}


class OpenPhoneForm(FlaskForm):
    """A number whose phone is opened."""

    class Meta:
        # A GET form: it changes nothing, and a token would stand in the address.
        csrf = False

    phone = PhoneField("Number", get_organisation_region)


class PhoneTextForm(FlaskForm):
    """A text that the phone writes; it stays exactly as typed, as on a real phone."""

    body = StringField("Text message")

    def validate_body(self, field: Any) -> None:
        """Require a text that is not blank and not longer than one message."""
        _check_body(field, is_required=True)


class PhonePictureForm(PhoneTextForm):
    """The text below a picture that the phone sends; it may be empty."""

    def validate_body(self, field: Any) -> None:
        """Reject a text longer than one message."""
        _check_body(field, is_required=False)


class StrangerTextForm(PhoneTextForm):
    """A text from a number that is on no list."""

    body = StringField(
        "What they write", default="Hi, is the picnic on Saturday?", id="stranger_body"
    )


class SimulatedRepliesForm(FlaskForm):
    """Which blast is replied to, and how many percent of its people write what.

    `blast_id` and `reply_shares` are valid after `validate()`.
    """

    log_id = SelectField("Which blast", validate_choice=False)
    percent = StringField("Percent who reply", default="40")
    body = StringField("Reply", default="YES", id="crowd_body")
    other_percent = StringField("Percent with another reply", default="0")
    other_body = StringField("Other reply", default="STOP")

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        blasts = list_latest_sandbox_blasts()
        self.log_id.choices = {str(log.id): _build_blast_label(log) for log in blasts}
        # Without a choice the newest blast is meant.
        self.log_id.data = self.log_id.data or next(iter(self.log_id.choices), None)

    def validate_log_id(self, field: Any) -> None:
        """Reject a blast that is not in the list."""
        if field.data not in field.choices:
            raise ValidationError("Choose a blast.")

    def validate_percent(self, field: Any) -> None:
        """Require a whole number which, with the other one, is from 1 to 100."""
        _check_percent(field)
        total = _parse_percent(field) + _parse_percent(self.other_percent)
        if total > MAX_PERCENT:
            raise ValidationError("Together, the percentages are more than 100.")
        if total == 0:
            raise ValidationError("Enter a number above 0.")

    def validate_other_percent(self, field: Any) -> None:
        """Require a whole number from 0 to 100."""
        _check_percent(field)

    def validate_body(self, field: Any) -> None:
        """Require a text when anybody writes it."""
        _check_body(field, is_required=_parse_percent(self.percent) > 0)

    def validate_other_body(self, field: Any) -> None:
        """Require the second text when anybody writes it."""
        _check_body(field, is_required=_parse_percent(self.other_percent) > 0)

    @property
    def blast_id(self) -> int:
        """The id of the chosen blast."""
        return int(self.log_id.data)

    @property
    def reply_shares(self) -> list[ReplyShare]:
        """How many percent write which text."""
        return [
            ReplyShare(_parse_percent(self.percent), str(self.body.data)),
            ReplyShare(_parse_percent(self.other_percent), str(self.other_body.data)),
        ]


def _check_percent(field: Any) -> None:
    text = (field.data or "").strip()
    percent = parse_whole_number(text, MAX_PERCENT_DIGITS)
    if text and (percent is None or percent > MAX_PERCENT):
        raise ValidationError("Enter a whole number from 0 to 100.")


def _parse_percent(field: Any) -> int:
    """Return the number, or 0 for a field without a valid one."""
    return parse_whole_number((field.data or "").strip(), MAX_PERCENT_DIGITS) or 0


def _check_body(field: Any, *, is_required: bool) -> None:
    # SQLite's text functions end a text at a NUL.
    field.data = (field.data or "").replace("\x00", "")
    if is_required and not field.data.strip():
        raise ValidationError("Enter a text.")
    length = count_utf16_units(field.data)
    if length > MAX_MESSAGE_CHARACTERS:
        raise ValidationError(
            f"A text can have up to {MAX_MESSAGE_CHARACTERS:,} characters. This one has {length:,}."
        )


def _build_blast_label(log: MessageLog) -> str:
    title = name_blast(log)
    return f"{title} · {format_local_time(log.created_at)}"


class PhoneBehaviourForm(FlaskForm):
    """The button that says how the phone behaves."""

    mood = StringField("This phone is")

    def validate_mood(self, field: Any) -> None:
        """Reject a behaviour that no button has."""
        if field.data not in set(PhoneBehaviour):
            raise ValidationError("Choose one of the buttons.")
