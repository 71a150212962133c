"""The form of the setup page."""

import phonenumbers
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from app.accounts.forms import UsernameField, reject_weak_password
from app.core.form_fields import CleanTextField
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.time.zone_names import parse_time_zone
from app.organisation.forms import MAX_ORGANISATION_NAME_LENGTH, build_country_choices

NAME_TOO_LONG_MESSAGE = f"A name has at most {MAX_ORGANISATION_NAME_LENGTH} characters."


class FirstStartForm(FlaskForm):
    """The first admin, the organisation, and whether to add sample contacts."""

    username = UsernameField("Your user name")
    password = PasswordField("Your password")
    organisation = CleanTextField(
        "Name of your organization",
        [Length(max=MAX_ORGANISATION_NAME_LENGTH, message=NAME_TOO_LONG_MESSAGE)],
    )
    timezone = StringField("Time zone")
    region = SelectField("Country", choices=build_country_choices, validate_choice=False)
    demo = BooleanField("Add 60 sample contacts")

    def validate_password(self, field: PasswordField) -> None:
        """Reject a password that is too weak."""
        reject_weak_password(field.data, self.username.data, self.organisation.data)

    def validate_organisation(self, field: CleanTextField) -> None:
        """Reject a name without visible characters."""
        if not field.data or is_blank_text(field.data):
            raise ValidationError("Write the name of your organization.")

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
