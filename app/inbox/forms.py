"""What people write in the inbox."""

import secrets

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import TextArea

from app.accounts.queries import list_usernames
from app.core.form_fields import CleanTextField
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units

MAX_TITLE_CHARACTERS, FORM_TOKEN_CHARACTERS = 80, 32
DUPLICATE_TITLE_ERROR = "Another saved reply has this title."
MAX_LENGTH_HINT = f"The longest text that can be sent has {MAX_MESSAGE_CHARACTERS:,}."


def _validate_text(field: Field, filled: str) -> None:
    """Nothing to read, placeholders that do not exist, or too long once they are filled in."""
    if text_cleaning.is_blank_text(filled):
        raise ValidationError("Write a text first.")
    field.errors = [
        *field.errors,
        *message_templates.list_template_problems(field.data or ""),
    ]
    if count_utf16_units(filled) > MAX_MESSAGE_CHARACTERS:
        raise ValidationError(
            f"This text has {count_utf16_units(filled):,} characters. {MAX_LENGTH_HINT}"
        )


class ReplyForm(FlaskForm):
    """A text to one person.

    `name` fills in the placeholders; a form's mark goes with it, so that it is sent once.
    """

    body = CleanTextField("Reply", widget=TextArea())
    client_token = HiddenField()
    recipient_name: str | None = None

    def validate_body(self, field: Field) -> None:
        """Something to read that can be sent."""
        _validate_text(field, self.filled_body)

    @property
    def filled_body(self) -> str:
        """The text as this person reads it."""
        return message_templates.fill_template(self.body.data or "", self.recipient_name)

    @property
    def form_token(self) -> str:
        """The form's mark: its own, or a new one where it came without."""
        given = (self.client_token.data or "").strip()[:FORM_TOKEN_CHARACTERS]
        return given if given.isalnum() and given.isascii() else create_form_token()


def create_form_token() -> str:
    """A mark for a form."""
    return secrets.token_hex(FORM_TOKEN_CHARACTERS // 2)


class SavedReplyForm(FlaskForm):
    """A reply that is kept."""

    title = CleanTextField(
        "Title",
        [
            Length(
                max=MAX_TITLE_CHARACTERS,
                message=f"A title has at most {MAX_TITLE_CHARACTERS} characters.",
            )
        ],
    )
    body = CleanTextField("Text", widget=TextArea())

    def validate_title(self, field: Field) -> None:
        """By which it is found again."""
        if text_cleaning.is_blank_text(field.data or ""):
            raise ValidationError("Write a title.")

    def validate_body(self, field: Field) -> None:
        """Something that could be sent to somebody without a name."""
        if text_cleaning.is_blank_text(field.data or ""):
            raise ValidationError("Write a text first.")
        _validate_text(field, message_templates.fill_template(field.data or "", "friend"))


class AssignForm(FlaskForm):
    """Who sees to a conversation; nobody is a choice too."""

    to = SelectField("Assigned to")

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)
        self.to.choices = [("", "Nobody"), *((name, name) for name in list_usernames())]
