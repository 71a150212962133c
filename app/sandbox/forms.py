"""What is typed on the practice phones."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError

from app.delivery.carriers.sandbox_models import Mood
from app.domain.segments import LIMIT, characters
from app.kit.fields import PhoneField
from app.organisation.queries import region

MOODS = {
    Mood.WORKING: "Working",
    Mood.UNREACHABLE: "Switched off",
    Mood.LANDLINE: "A landline",
    Mood.REFUSED: "Not a real number",
    Mood.SLOW: "Slow",
    Mood.NO_RECEIPT: "Without receipts",
}
MEANINGS = {
    Mood.WORKING: "Texts arrive within a second.",
    Mood.UNREACHABLE: "Texts leave and come back as not delivered.",
    Mood.LANDLINE: "Texts are taken and then come back: landlines cannot get them.",
    Mood.REFUSED: "The network refuses texts to this number at once.",
    Mood.SLOW: "Texts arrive after eight seconds.",
    Mood.NO_RECEIPT: "Texts leave, and nobody ever hears whether they arrived.",
}


class StrangerForm(FlaskForm):
    """Any number, to open its phone. A GET form: it changes nothing."""

    class Meta:
        csrf = False

    phone = PhoneField("Number", region)


class TextForm(FlaskForm):
    """What the phone writes: exactly as typed, as phones do."""

    body = StringField("Text message")

    def validate_body(self, field: Any) -> None:
        """At least one sign, at most one text's worth. (A NUL is no sign: SQLite would end the text there.)"""
        field.data = (field.data or "").replace("\x00", "")
        if not field.data.strip():
            raise ValidationError("Write something first.")
        if characters(field.data) > LIMIT:
            raise ValidationError(f"A text has at most {LIMIT:,} characters. This one has {characters(field.data):,}.")


class MoodForm(FlaskForm):
    """How the phone behaves: one of the buttons."""

    mood = StringField("This phone is")

    def validate_mood(self, field: Any) -> None:
        """Only what a button can say."""
        if field.data not in set(Mood):
            raise ValidationError("Choose one of the buttons.")
