"""The form that takes a file or pasted rows, and how the people in it agreed to texts."""

from typing import Any, NamedTuple

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from app.domain.texts.text_cleaning import clean_text

NOTHING_GIVEN_ERROR = "Choose a file, or paste rows below."
BOTH_GIVEN_ERROR = "Choose a file or paste rows, not both."


class SubmittedSpreadsheet(NamedTuple):
    """The bytes of a spreadsheet and the name of its file."""

    data: bytes
    file_name: str


class UploadForm(FlaskForm):
    """One spreadsheet, as a file or as rows copied from one."""

    file = FileField("Spreadsheet")
    rows = TextAreaField("Or paste rows")
    consent = StringField(
        "Where and when did these people agree to texts?",
        [Length(max=300, message="Enter at most 300 characters.")],
        filters=[lambda text: clean_text(text or "")],
    )

    def validate_file(self, field: Any) -> None:
        """Require either a file or pasted rows."""
        has_file = bool(getattr(field.data, "filename", ""))
        if not has_file and not self.is_pasted:
            raise ValidationError(NOTHING_GIVEN_ERROR)
        if has_file and self.is_pasted:
            raise ValidationError(BOTH_GIVEN_ERROR)

    @property
    def is_pasted(self) -> bool:
        """Whether rows were pasted instead of a file."""
        return bool((self.rows.data or "").strip())

    def read_spreadsheet(self) -> SubmittedSpreadsheet:
        """Return the file or the pasted rows of a form that is valid."""
        if self.is_pasted:
            # "replace": half of a surrogate pair cannot be encoded.
            rows = (self.rows.data or "").encode("utf-8", "replace")
            return SubmittedSpreadsheet(rows, "Pasted rows")
        return SubmittedSpreadsheet(self.file.data.read(), self.file.data.filename or "")
