"""The form that takes a file or pasted rows, and says how the people in it said yes to texts."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from app.domain.texts.text_cleaning import clean_text

NOTHING_GIVEN_ERROR = "Choose a file first. Or paste the rows below."
BOTH_GIVEN_ERROR = "Choose a file or paste rows, not both."


class UploadForm(FlaskForm):
    """One spreadsheet, as a file or as rows copied from one."""

    file = FileField("Spreadsheet")
    rows = TextAreaField("Or paste rows")
    consent = StringField(
        "How did these people say yes to texts?",
        [Length(max=300, message="Write 300 characters at most.")],
        filters=[lambda text: clean_text(text or "")],
    )

    def validate_file(self, field: Any) -> None:
        """One of the two, not both."""
        pasted = bool((self.rows.data or "").strip())
        given = bool(getattr(field.data, "filename", ""))
        if not given and not pasted:
            raise ValidationError(NOTHING_GIVEN_ERROR)
        if given and pasted:
            raise ValidationError(BOTH_GIVEN_ERROR)

    @property
    def is_pasted(self) -> bool:
        """Whether rows were pasted."""
        return bool((self.rows.data or "").strip())

    def read_submitted_data(self) -> tuple[bytes, str]:
        """What came, and the name it had."""
        if self.is_pasted:
            return (self.rows.data or "").encode("utf-8", "replace"), "Pasted rows"
        return self.file.data.read(), self.file.data.filename or ""
