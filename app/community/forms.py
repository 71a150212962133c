"""The form of a member."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import ValidationError

from app.core.form_fields import PersonNameField, PhoneField
from app.core.settings import current_settings
from app.domain.phones.phone_renumbering import canonicalize_phone
from app.organisation import queries as organisation
from app.suppression.forms import ConsentMethodField

OWN_NUMBER_ERROR = "That is the number your texts come from."
NUMBER_ALREADY_LISTED_ERROR = "Someone on the list already has this number."


def get_refused_numbers() -> dict[str, str]:
    """Return the numbers that no member may have, each with the sentence why."""
    settings = current_settings()
    if settings.carrier != "twilio":
        return {}
    # Twilio refuses a text to its own sender (error 21266).
    return {canonicalize_phone(settings.twilio_from_number): OWN_NUMBER_ERROR}


class MemberForm(FlaskForm):
    """The name and number of a member."""

    name = PersonNameField("Name")
    phone = PhoneField("Phone number", organisation.get_organisation_region)
    agreed = ConsentMethodField(may_be_missing=True)

    def validate_phone(self, field: Any) -> None:
        """Reject a number that no member may have."""
        # Only a number that the field could parse has the attribute.
        number = getattr(field, "phone", None)
        if number and number.e164 in get_refused_numbers():
            raise ValidationError(OWN_NUMBER_ERROR)
