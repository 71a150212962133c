"""What somebody writes about a person."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField, ValidationError
from wtforms.validators import Length

from app.core.form_fields import CleanTextField
from app.domain.texts.text_cleaning import clean_text, is_blank_text

MAX_NOTE_CHARACTERS, MAX_EVIDENCE_CHARACTERS = 1000, 300


class NoteForm(FlaskForm):
    """A note about a person."""

    body = TextAreaField(
        "Note",
        [
            Length(
                max=MAX_NOTE_CHARACTERS,
                message=f"Write at most {MAX_NOTE_CHARACTERS:,} characters.",
            )
        ],
        filters=[lambda typed: clean_text(typed or "")],
    )

    def validate_body(self, field: TextAreaField) -> None:
        """A note says something."""
        _require_text(field, "Write something.")


class ConsentForm(FlaskForm):
    """How we know that somebody agreed to texts."""

    evidence = CleanTextField(
        "When and how they agreed",
        [
            Length(
                max=MAX_EVIDENCE_CHARACTERS,
                message=f"Write at most {MAX_EVIDENCE_CHARACTERS} characters.",
            )
        ],
    )

    def validate_evidence(self, field: CleanTextField) -> None:
        """A yes without a proof is none."""
        _require_text(field, "Write when and how they agreed.")


def _require_text(field: TextAreaField | CleanTextField, sentence: str) -> None:
    if is_blank_text(field.data or ""):
        raise ValidationError(sentence)
