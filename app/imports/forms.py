"""The form that takes a file."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class UploadForm(FlaskForm):
    """One spreadsheet."""

    file = FileField("Spreadsheet", [FileRequired("Choose a file first.")])
