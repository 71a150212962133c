"""The settings form: what an admin types, as values."""

import re
from functools import cache
from typing import Any

import phonenumbers
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, ValidationError

from app.core.form_fields import CleanTextField
from app.domain.accounts.one_time_codes import SECOND_FACTOR_RULE_LABELS, SecondFactorRule
from app.domain.opt_outs.default_replies import StandingReply, list_default_replies
from app.domain.opt_outs.stop_words import STOP_WORD_MISSING_ERROR, has_stop_word
from app.domain.phones.country_names import load_country_names
from app.domain.texts.opt_out_lines import follow_language
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.whole_numbers import parse_whole_number
from app.domain.time.zone_names import parse_time_zone
from app.organisation import queries
from app.organisation.forms.language_fields import LanguageFields
from app.organisation.forms.setting_fields import (
    OptionalLineField,
    OptionalTextAreaField,
    SegmentPriceField,
)
from app.organisation.models import MAX_FOOTER_LENGTH

MAX_ORGANISATION_NAME_LENGTH = 100
# Two segments of 160 characters, and three.
MAX_STOP_REPLY_LENGTH = 320
MAX_HELP_REPLY_LENGTH = 480
MAX_UNDO_SECONDS = 3600
MAX_UNDO_DIGITS = 5
REPLY_BY_FIELD = {
    "stop_reply": StandingReply.STOP,
    "start_reply": StandingReply.START,
    "help_reply": StandingReply.HELP,
}
HELP_RESPONDER_CHOICES = {
    "twilio": "Twilio: its own text, or yours from Advanced Opt-Out",
    "us": "SMS Admin: Twilio's own reply is turned off",
}
CONSENT_CHOICES = {
    "everybody": "Everyone on the list, until they opt out",
    "agreed": "Only people with recorded consent",
}


@cache
def build_country_choices() -> dict[str, str]:
    """Return every country with its calling code, sorted by name.

    Cached: the table of names is a file, and the choices never change.
    """
    names = load_country_names()
    regions = sorted(
        phonenumbers.SUPPORTED_REGIONS, key=lambda region: (names.get(region, region), region)
    )
    choices = {}
    for region in regions:
        calling_code = phonenumbers.country_code_for_region(region)
        choices[region] = f"{names.get(region, region)} (+{calling_code})"
    return choices


def _validate_reply_text(field: CleanTextField, max_length: int) -> None:
    """Reject a reply that is too long or has placeholders.

    It goes to anybody who asks, known or not, so there is no name to fill in.
    """
    text = field.data or ""
    if len(text) > max_length:
        raise ValidationError(f"This text can have up to {max_length} characters.")
    if "{" in text or "}" in text:
        raise ValidationError("Placeholders can’t be filled in here. Remove the braces { and }.")


class PlaceValidation:
    """Judges the fields `timezone` and `region` of a form that inherits from this."""

    def validate_timezone(self, field: StringField) -> None:
        """Reject an unknown time zone, and store the zone in the spelling of its database."""
        zone = parse_time_zone(field.data or "")
        if zone is None:
            raise ValidationError("Choose a time zone from the list, such as America/Denver.")
        field.data = zone

    def validate_region(self, field: SelectField) -> None:
        """Reject a country without phone numbers."""
        if field.data not in phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError("Choose a country from the list.")


class OrganisationSettingsForm(LanguageFields, PlaceValidation, FlaskForm):
    """The settings form. `get_column_values()` returns the row's columns once it is valid."""

    organisation = OptionalLineField("Name")
    timezone = StringField("Time zone")
    region = SelectField("Country", choices=build_country_choices, validate_choice=False)
    currency = OptionalLineField("Currency")
    price_per_segment = SegmentPriceField("Price per segment")
    footer = OptionalLineField("Opt-out line")
    undo_seconds = OptionalLineField("Seconds to undo")
    stop_reply = OptionalTextAreaField("Reply to STOP")
    start_reply = OptionalTextAreaField("Reply to START")
    help_reply = OptionalTextAreaField("Reply to HELP")
    helper = RadioField(
        "Who replies to HELP on real phones",
        choices=lambda: HELP_RESPONDER_CHOICES,
        validate_choice=False,
    )
    whom = RadioField("Who gets texts", choices=lambda: CONSENT_CHOICES, validate_choice=False)
    second_factor_for = RadioField(
        "Who needs a second factor",
        choices=lambda: SECOND_FACTOR_RULE_LABELS,
        validate_choice=False,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate every field, and name what is wrong with lines in other languages."""
        is_valid = super().validate(extra_validators)
        for entry in self.footers:
            self.form_errors.extend(error for field in entry.form for error in field.errors)
        return is_valid

    def validate_organisation(self, field: OptionalLineField) -> None:
        """Require a name of 1 to 100 characters."""
        if not field.data or is_blank_text(field.data):
            raise ValidationError("Enter the name of your organization.")
        if len(field.data) > MAX_ORGANISATION_NAME_LENGTH:
            raise ValidationError(
                f"A name can have up to {MAX_ORGANISATION_NAME_LENGTH} characters."
            )

    def validate_currency(self, field: OptionalLineField) -> None:
        """Require the three letters of a currency code."""
        if not re.fullmatch("[A-Za-z]{3}", field.data or ""):
            raise ValidationError("Enter the three letters of your currency, such as USD.")

    def validate_footer(self, field: OptionalLineField) -> None:
        """Require the word STOP: people must learn how to stop the texts."""
        line = field.data or ""
        if len(line) > MAX_FOOTER_LENGTH:
            raise ValidationError(f"This line can have up to {MAX_FOOTER_LENGTH} characters.")
        if not has_stop_word(line):
            raise ValidationError(STOP_WORD_MISSING_ERROR)

    def validate_stop_reply(self, field: OptionalTextAreaField) -> None:
        """Reject a reply of more than two segments or with placeholders."""
        _validate_reply_text(field, MAX_STOP_REPLY_LENGTH)

    def validate_start_reply(self, field: OptionalTextAreaField) -> None:
        """Validate the START reply like the STOP reply."""
        _validate_reply_text(field, MAX_STOP_REPLY_LENGTH)

    def validate_help_reply(self, field: OptionalTextAreaField) -> None:
        """Require the word STOP: whoever asks for help must learn how to stop the texts."""
        _validate_reply_text(field, MAX_HELP_REPLY_LENGTH)
        if field.data and not has_stop_word(field.data):
            raise ValidationError(STOP_WORD_MISSING_ERROR)

    def validate_undo_seconds(self, field: OptionalLineField) -> None:
        """Require whole seconds, or nothing."""
        if not field.data:
            return
        seconds = parse_whole_number(field.data, MAX_UNDO_DIGITS)
        if seconds is None or seconds > MAX_UNDO_SECONDS:
            raise ValidationError(
                f"Enter a whole number from 0 to {MAX_UNDO_SECONDS}, or leave it blank."
            )

    def validate_helper(self, field: RadioField) -> None:
        """Reject an unknown choice of who answers HELP."""
        if field.data not in HELP_RESPONDER_CHOICES:
            raise ValidationError("Choose who replies to HELP.")

    def validate_whom(self, field: RadioField) -> None:
        """Reject an unknown choice of who gets texts."""
        if field.data not in CONSENT_CHOICES:
            raise ValidationError("Choose who gets texts.")

    def validate_second_factor_for(self, field: RadioField) -> None:
        """Reject an unknown choice of who needs a second factor."""
        if field.data not in set(SecondFactorRule):
            raise ValidationError("Choose who needs a second factor.")

    def get_column_values(self) -> dict[str, Any]:
        """Return the values of the row's columns. Call after the form was found valid."""
        return {
            "name": self.organisation.data,
            "timezone": self.timezone.data,
            "region": self.region.data,
            "currency": str(self.currency.data).upper(),
            "price_per_segment": self.price_per_segment.amount,
            "footer": self._choose_footer(),
            "stop_reply": self._choose_own_reply(self.stop_reply),
            "start_reply": self._choose_own_reply(self.start_reply),
            "help_reply": self._choose_own_reply(self.help_reply),
            "answers_help": self.helper.data == "us",
            "undo_seconds": int(self.undo_seconds.data) if self.undo_seconds.data else None,
            "consent_required": self.whom.data == "agreed",
            "second_factor_for": SecondFactorRule(self.second_factor_for.data),
            **self.get_language_values(),
        }

    def _choose_footer(self) -> str:
        before, after = queries.get_organisation_language(), str(self.language.data)
        return follow_language(str(self.footer.data), before, after)

    def _choose_own_reply(self, field: OptionalTextAreaField) -> str | None:
        """Return the reply, None for an empty box and for the default text that the box showed.

        A default says the organisation's name: the one of before, or the one typed now.
        """
        names = (queries.get_organisation().name, str(self.organisation.data))
        defaults = list_default_replies(REPLY_BY_FIELD[field.name], names)
        text = field.data or ""
        return None if not text or text in defaults else text
