"""Forms of the page "Do not text", and the field that asks how somebody agreed to texts."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import Length, Optional

from app.core.form_fields import CleanTextField, PersonNameField, PhoneField
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.organisation import queries as organisation
from app.suppression.models import ConsentMethod
from app.suppression.queries.suppression_entries import SOURCE_LABELS

MAX_REASON_CHARACTERS = 300
FILTER_REASONS = (SkipReason.SAID_STOP, SkipReason.PAUSED, SkipReason.NUMBER_DEAD)
REASON_CHOICES = {"": "Everyone"} | {
    reason.value: SKIP_REASON_LABELS[reason][0] for reason in FILTER_REASONS
}


CONSENT_METHOD_CHOICES = {
    ConsentMethod.VERBAL.value: "In person or by phone",
    ConsentMethod.WRITTEN.value: "On paper",
    ConsentMethod.EMAIL.value: "By email",
    ConsentMethod.WEB.value: "On a website",
    ConsentMethod.TEXT.value: "By text",
}
NO_CONSENT = "none"
NO_CONSENT_CHOICE = {NO_CONSENT: "They have not agreed yet"}


class ConsentMethodField(SelectField):
    """How somebody agreed to texts; with `may_be_missing` also that they have not yet."""

    def __init__(
        self, label: str = "How they agreed to texts", *, may_be_missing: bool = False, **more: Any
    ) -> None:
        choices = CONSENT_METHOD_CHOICES | (NO_CONSENT_CHOICE if may_be_missing else {})
        options = {"choices": choices, "default": ConsentMethod.VERBAL.value}
        super().__init__(label, **options | more)

    @property
    def method(self) -> ConsentMethod | None:
        """The method, None for no consent; "on a form" where the field was not posted."""
        if not self.raw_data:
            return ConsentMethod.FORM
        if self.data == NO_CONSENT:
            return None
        return ConsentMethod(self.data)


class SuppressedNumberForm(FlaskForm):
    """A number that must not be texted."""

    name = PersonNameField("Name")
    phone = PhoneField("Number", organisation.get_organisation_region)
    reason = CleanTextField(
        "Reason",
        [
            Length(
                max=MAX_REASON_CHARACTERS,
                message=f"Enter at most {MAX_REASON_CHARACTERS} characters.",
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
