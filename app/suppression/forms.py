"""What an admin types to put a number on the list."""

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import Length, Optional

from app.core.form_fields import CleanTextField, PersonNameField, PhoneField
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.organisation import queries as organisation
from app.suppression.queries import SOURCES

REASON_LENGTH = 300
WHYS = (SkipReason.SAID_STOP, SkipReason.NUMBER_DEAD)
CHOICES = {"": "Everybody"} | {each.value: SKIP_REASON_LABELS[each][0] for each in WHYS}


class AddForm(FlaskForm):
    """A number that must not be texted."""

    name = PersonNameField("Name")
    phone = PhoneField("Number", organisation.get_organisation_region)
    reason = CleanTextField(
        "Reason",
        [
            Length(
                max=REASON_LENGTH, message=f"Write at most {REASON_LENGTH} characters."
            )
        ],
    )


class NarrowForm(FlaskForm):
    """Which part of the list to show: filled in from the address, so no token."""

    class Meta:
        csrf = False

    why = SelectField(
        "Why",
        default="",
        choices={"": "Everybody"}
        | {each.value: SKIP_REASON_LABELS[each][0] for each in WHYS},
    )
    source = SelectField("From", default="", choices={"": "Anywhere"} | SOURCES)
    since = DateField("Since", [Optional()])
