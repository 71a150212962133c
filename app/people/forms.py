"""What somebody writes about a person."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField, ValidationError
from wtforms.validators import Length

from app.core.form_fields import CleanTextField
from app.domain.texts.message_templates import clean_text, is_blank_text

NOTE_LENGTH, EVIDENCE_LENGTH = 1000, 300


class NoteForm(FlaskForm):
    """A note about a person."""

    body = TextAreaField(
        "Note",
        [Length(max=NOTE_LENGTH, message=f"Write at most {NOTE_LENGTH:,} characters.")],
        filters=[lambda typed: clean_text(typed or "")],
    )

    def validate_body(self, field: TextAreaField) -> None:
        """A note says something."""
        _refuse_nothing(field, "Write something.")


class ConsentForm(FlaskForm):
    """How we know that somebody agreed to texts."""

    evidence = CleanTextField(
        "When and how they agreed",
        [
            Length(
                max=EVIDENCE_LENGTH,
                message=f"Write at most {EVIDENCE_LENGTH} characters.",
            )
        ],
    )

    def validate_evidence(self, field: CleanTextField) -> None:
        """A yes without a proof is none."""
        _refuse_nothing(field, "Write when and how they agreed.")


def _refuse_nothing(field: TextAreaField | CleanTextField, sentence: str) -> None:
    if is_blank_text(field.data or ""):
        raise ValidationError(sentence)
