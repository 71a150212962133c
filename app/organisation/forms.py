"""What an admin types on the settings page, as values."""

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import phonenumbers
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.widgets import TextArea

from app.core.form_fields import CleanTextField
from app.core.settings import current_settings
from app.domain.phones.country_names import load_country_names
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.time.local_times import is_time_zone, list_time_zones
from app.organisation import queries

MAX_ORGANISATION_NAME_LENGTH, MAX_FOOTER_LENGTH, MAX_UNDO_SECONDS = 100, 160, 3600
MAX_STOP_REPLY_LENGTH, MAX_HELP_REPLY_LENGTH = 320, 480
MAX_SEGMENT_PRICE = Decimal(10)
HELP_RESPONDER_CHOICES = {
    "twilio": "Twilio does: its own words, or yours from an Advanced Opt-Out service",
    "us": "SMS Admin does: Twilio's own answer is switched off",
}
CONSENT_CHOICES = {
    "everybody": "Everybody on the list, until they say STOP",
    "agreed": "Only people with a recorded yes",
}


def build_timezone_choices() -> dict[str, str]:
    """Every zone to choose from, and the one in use, should it go by an older name."""
    extra = {
        queries.get_organisation_timezone(),
        current_settings().app_timezone,
    } - set(list_time_zones())
    return {
        zone: zone.replace("_", " ")
        for zone in [*list_time_zones(), *sorted(filter(is_time_zone, extra))]
    }


@cache
def build_country_choices() -> dict[str, str]:
    """Return every country with its calling code, sorted by name."""
    names = load_country_names()
    known = sorted((names.get(region, region), region) for region in phonenumbers.SUPPORTED_REGIONS)
    return {
        region: f"{name} (+{phonenumbers.country_code_for_region(region)})"
        for name, region in known
    }


def _validate_reply_text(field: CleanTextField, most: int) -> None:
    """They go to anybody who asks, known or not, so there is no name to fill in."""
    words = field.data or ""
    if len(words) > most:
        raise ValidationError(f"This text has at most {most} characters.")
    if "{" in words or "}" in words:
        raise ValidationError(
            "Placeholders cannot be filled in here: leave out the braces { and }."
        )


class OptionalLineField(CleanTextField):
    """A line of text; a form that does not have it changes nothing."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            super().process_formdata(valuelist)


class OptionalTextAreaField(CleanTextField):
    """Some lines of text; while they are empty, ours are sent.

    A form that does not have it changes nothing.
    """

    widget = TextArea()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            super().process_formdata(valuelist)


class SegmentPriceField(StringField):
    """What one part costs: a Decimal of at least 0, or None when nobody has said.

    A comma is read as a point.
    """

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.amount: Decimal | None = None

    def process_data(self, value: Any) -> None:
        self.data = (
            "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
        )

    def pre_validate(self, form: Any) -> None:
        written = (self.data or "").strip().replace(",", ".")
        try:
            self.amount = Decimal(written) if written else None
        except InvalidOperation:
            raise ValidationError("Write a price such as 0.0079, or leave it empty.") from None
        if self.amount is not None and not (
            self.amount.is_finite() and 0 <= self.amount <= MAX_SEGMENT_PRICE
        ):
            raise ValidationError(f"A part costs from 0 to {MAX_SEGMENT_PRICE}.")
        if self.amount is not None and len(f"{self.amount:f}") > 12:
            raise ValidationError("Write at most ten digits.")


class OrganisationSettingsForm(FlaskForm):
    """The organisation's row. `values()` gives its columns once the form is valid."""

    organisation = OptionalLineField("Name")
    timezone = SelectField("Time zone", choices=build_timezone_choices, validate_choice=False)
    region = SelectField("Country", choices=build_country_choices, validate_choice=False)
    currency = OptionalLineField("Currency")
    price_per_segment = SegmentPriceField("Price of one part")
    footer = OptionalLineField("Line about opting out")
    undo_seconds = OptionalLineField("Seconds to undo")
    stop_reply = OptionalTextAreaField("After STOP")
    start_reply = OptionalTextAreaField("After START")
    help_reply = OptionalTextAreaField("After HELP")
    helper = RadioField(
        "Who answers HELP on real phones",
        choices=lambda: HELP_RESPONDER_CHOICES,
        validate_choice=False,
    )
    whom = RadioField("Who gets texts", choices=lambda: CONSENT_CHOICES, validate_choice=False)

    def validate_organisation(self, field: OptionalLineField) -> None:
        """1 to 100 characters."""
        if not field.data or is_blank_text(field.data):
            raise ValidationError("Write the name of your organisation.")
        if len(field.data) > MAX_ORGANISATION_NAME_LENGTH:
            raise ValidationError(f"A name has at most {MAX_ORGANISATION_NAME_LENGTH} characters.")

    def validate_timezone(self, field: SelectField) -> None:
        """One that exists."""
        if not is_time_zone(field.data or ""):
            raise ValidationError("Choose a time zone from the list.")

    def validate_region(self, field: SelectField) -> None:
        """One that has phones."""
        if field.data not in phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError("Choose a country from the list.")

    def validate_currency(self, field: OptionalLineField) -> None:
        """Three letters."""
        if not re.fullmatch("[A-Za-z]{3}", field.data or ""):
            raise ValidationError("Write the three letters of your currency, such as USD.")

    def validate_footer(self, field: OptionalLineField) -> None:
        """People must learn how to stop the texts."""
        line = field.data or ""
        if len(line) > MAX_FOOTER_LENGTH:
            raise ValidationError(f"This line has at most {MAX_FOOTER_LENGTH} characters.")
        if not re.search(r"\bSTOP\b", line, re.IGNORECASE):
            raise ValidationError("Say the word STOP, so that people know how to opt out.")

    def validate_stop_reply(self, field: OptionalTextAreaField) -> None:
        """One text at most two parts long, which says how to come back."""
        _validate_reply_text(field, MAX_STOP_REPLY_LENGTH)

    def validate_start_reply(self, field: OptionalTextAreaField) -> None:
        """The same."""
        _validate_reply_text(field, MAX_STOP_REPLY_LENGTH)

    def validate_help_reply(self, field: OptionalTextAreaField) -> None:
        """Whoever asks for help must learn how to stop the texts."""
        _validate_reply_text(field, MAX_HELP_REPLY_LENGTH)
        if field.data and not re.search(r"\bSTOP\b", field.data, re.IGNORECASE):
            raise ValidationError("Say the word STOP, so that people know how to opt out.")

    def validate_undo_seconds(self, field: OptionalLineField) -> None:
        """Whole seconds, or empty."""
        text = field.data
        if text and not (
            text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MAX_UNDO_SECONDS
        ):
            raise ValidationError(
                f"Write a whole number from 0 to {MAX_UNDO_SECONDS}, or leave it empty."
            )

    def validate_helper(self, field: RadioField) -> None:
        """One of the two."""
        if field.data not in HELP_RESPONDER_CHOICES:
            raise ValidationError("Choose who answers HELP.")

    def validate_whom(self, field: RadioField) -> None:
        """One of the two."""
        if field.data not in CONSENT_CHOICES:
            raise ValidationError("Choose who gets texts.")

    def get_column_values(self) -> dict[str, Any]:
        """The row's columns."""
        return {
            "name": self.organisation.data,
            "timezone": self.timezone.data,
            "region": self.region.data,
            "currency": str(self.currency.data).upper(),
            "price_per_segment": self.price_per_segment.amount,
            "footer": self.footer.data,
            "stop_reply": self.stop_reply.data or None,
            "start_reply": self.start_reply.data or None,
            "help_reply": self.help_reply.data or None,
            "answers_help": self.helper.data == "us",
            "undo_seconds": int(self.undo_seconds.data) if self.undo_seconds.data else None,
            "consent_required": self.whom.data == "agreed",
        }
