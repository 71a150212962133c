"""Forms of a person's page: a note, and how the person agreed to texts."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField, ValidationError
from wtforms.validators import Length

from app.core.form_fields import CleanTextField
from app.domain.texts.text_cleaning import clean_text, is_blank_text
from app.suppression.forms import ConsentMethodField

MAX_NOTE_CHARACTERS = 1000
MAX_EVIDENCE_CHARACTERS = 300
NOTE_LENGTH_ERROR = f"Enter at most {MAX_NOTE_CHARACTERS:,} characters."
EVIDENCE_LENGTH_ERROR = f"Enter at most {MAX_EVIDENCE_CHARACTERS} characters."


def _clean_note(text: str | None) -> str:
    return clean_text(text or "")


class NoteForm(FlaskForm):
    """A note about a person."""

    body = TextAreaField(
        "Note",
        [Length(max=MAX_NOTE_CHARACTERS, message=NOTE_LENGTH_ERROR)],
        filters=[_clean_note],
    )

    def validate_body(self, field: TextAreaField) -> None:
        """Reject a note without text."""
        _require_text(field, "Enter a note.")


class ConsentForm(FlaskForm):
    """How we know that somebody agreed to texts."""

    agreed = ConsentMethodField()
    evidence = CleanTextField(
        "When and how they agreed",
        [Length(max=MAX_EVIDENCE_CHARACTERS, message=EVIDENCE_LENGTH_ERROR)],
    )

    def validate_evidence(self, field: CleanTextField) -> None:
        _require_text(field, "Enter when and how they agreed.")


def _require_text(field: TextAreaField | CleanTextField, sentence: str) -> None:
    if is_blank_text(field.data or ""):
        raise ValidationError(sentence)
