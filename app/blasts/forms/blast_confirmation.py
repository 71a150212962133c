"""The review page's own fields: the number of people, and why it can't wait for its hours."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from app.core.form_fields import add_error
from app.delivery.actions.hour_exemptions import MAX_REASON_LENGTH
from app.domain.texts.text_cleaning import clean_name
from app.domain.texts.whole_numbers import parse_whole_number

# Above this, the number of people is typed before a blast leaves.
MAX_PEOPLE_WITHOUT_TYPED_COUNT = 25
MAX_COUNT_DIGITS = 12


class BlastConfirmationForm(FlaskForm):
    """How many people were shown, how many somebody typed, and a reason to send at any hour."""

    people_count = StringField("Number of people")
    seen_count = HiddenField()
    any_hour_reason = StringField(
        "Why it can't wait",
        description="Fill this in to send to everyone at once. The audit keeps it.",
        filters=[lambda typed: clean_name(typed or "") or ""],
    )

    def get_seen_count(self) -> int | None:
        """Return how many people the page showed that this was sent from; None for no number."""
        return _parse_people_count(self.seen_count.data)

    def check_any_hour_reason(self, *, may_exempt: bool) -> bool:
        """Whether the reason may be stored. Puts a sentence beside it.

        `may_exempt`: the user may give one.
        """
        reason = self.any_hour_reason.data or ""
        if not reason or (may_exempt and len(reason) <= MAX_REASON_LENGTH):
            return True
        sentence = "Use 200 characters or fewer." if may_exempt else "Only admins can do this."
        add_error(self.any_hour_reason, sentence)
        return False

    def check_typed_count(self, recipient_count: int) -> bool:
        """Whether the typed number is that of the people; up to 25 people none is needed.

        Puts a sentence beside the field when it is not.
        """
        if recipient_count <= MAX_PEOPLE_WITHOUT_TYPED_COUNT:
            return True
        if _parse_people_count(self.people_count.data) == recipient_count:
            return True
        add_error(self.people_count, f"Type the number of people: {recipient_count:,}.")
        return False


def _parse_people_count(text: str | None) -> int | None:
    """Return the number, which people also write as "1,480" or "1 480"."""
    digits = "".join((text or "").replace(",", "").split())
    return parse_whole_number(digits, MAX_COUNT_DIGITS)
