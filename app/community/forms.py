"""What an admin types about a member."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import ValidationError

from app.core.form_fields import PersonNameField, PhoneField
from app.core.settings import current_settings
from app.organisation import queries as organisation

OWN_NUMBER_ERROR = "That is the number your texts come from."
NUMBER_ALREADY_LISTED_ERROR = "Someone on the list already has this number."


def get_refused_numbers() -> dict[str, str]:
    """Numbers that nobody on the list may have, each with the sentence why: Twilio refuses to
    text its own sender.
    """
    settings = current_settings()
    return {settings.twilio_from_number: OWN_NUMBER_ERROR} if settings.carrier == "twilio" else {}


class MemberForm(FlaskForm):
    """A person of the community."""

    name = PersonNameField("Name")
    phone = PhoneField("Phone number", organisation.get_organisation_region)

    def validate_phone(self, field: Any) -> None:
        """Beside what the field itself checks."""
        read = getattr(field, "phone", None)
        if read and read.e164 in get_refused_numbers():
            raise ValidationError(OWN_NUMBER_ERROR)
