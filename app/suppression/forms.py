"""What an admin types to put a number on the list."""

from flask_wtf import FlaskForm
from wtforms.validators import Length

from app.kit.fields import CleanField, NameField, PhoneField
from app.organisation import queries as organisation

REASON_LENGTH = 300


class AddForm(FlaskForm):
    """A number that must not be texted."""

    name = NameField("Name")
    phone = PhoneField("Number", organisation.region)
    reason = CleanField("Reason", [Length(max=REASON_LENGTH, message=f"Write at most {REASON_LENGTH} characters.")])
