"""The form of the setup page."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from app.accounts.forms import UsernameField
from app.accounts.password_forms import reject_weak_password
from app.core.form_fields import CleanTextField
from app.domain.texts.text_cleaning import is_blank_text
from app.organisation.forms.settings_form import (
    MAX_ORGANISATION_NAME_LENGTH,
    PlaceValidation,
    build_country_choices,
)

NAME_TOO_LONG_MESSAGE = f"A name can have up to {MAX_ORGANISATION_NAME_LENGTH} characters."


class FirstStartForm(PlaceValidation, FlaskForm):
    """The first admin, the organisation, and whether to add sample contacts."""

    username = UsernameField("Your username")
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
            raise ValidationError("Enter the name of your organization.")
