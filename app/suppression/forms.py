"""Forms of the page "Do not text"."""

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import Length, Optional

from app.core.form_fields import CleanTextField, PersonNameField, PhoneField
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.organisation import queries as organisation
from app.suppression.queries.suppression_entries import SOURCE_LABELS

MAX_REASON_CHARACTERS = 300
FILTER_REASONS = (SkipReason.SAID_STOP, SkipReason.NUMBER_DEAD)
REASON_CHOICES = {"": "Everybody"} | {
    reason.value: SKIP_REASON_LABELS[reason][0] for reason in FILTER_REASONS
}


class SuppressedNumberForm(FlaskForm):
    """A number that must not be texted."""

    name = PersonNameField("Name")
    phone = PhoneField("Number", organisation.get_organisation_region)
    reason = CleanTextField(
        "Reason",
        [
            Length(
                max=MAX_REASON_CHARACTERS,
                message=f"Write at most {MAX_REASON_CHARACTERS} characters.",
            )
        ],
    )


class SuppressionFilterForm(FlaskForm):
    """The filter of the list, read from the address: so it has no CSRF token."""

    class Meta:
        csrf = False

    why = SelectField("Why", default="", choices=REASON_CHOICES)
    source = SelectField("From", default="", choices={"": "Anywhere"} | SOURCE_LABELS)
    since = DateField("Since", [Optional()])
