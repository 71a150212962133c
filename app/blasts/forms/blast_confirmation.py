"""The review page's own fields: the number of people, typed before a blast leaves to many."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

MAX_PEOPLE_WITHOUT_TYPED_COUNT = (
    25  # above this, the number of people is typed before a blast leaves
)


class BlastConfirmationForm(FlaskForm):
    """How many people were shown, and how many somebody typed."""

    people_count = StringField("Number of people")
    seen_count = HiddenField()

    def get_seen_count(self) -> int | None:
        """How many people the page showed that this was sent from."""
        return _parse_people_count(self.seen_count.data)

    def check_typed_count(self, people: int) -> bool:
        """Whether the number typed is that of the people; up to MANY people none is needed."""
        if (
            people <= MAX_PEOPLE_WITHOUT_TYPED_COUNT
            or _parse_people_count(self.people_count.data) == people
        ):
            return True
        self.people_count.errors = [f"Type the number of people: {people:,}."]
        return False


def _parse_people_count(typed: str | None) -> int | None:
    digits = "".join((typed or "").replace(",", "").split())
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None
