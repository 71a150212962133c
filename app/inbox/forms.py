"""Forms of the inbox."""

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import TextArea

from app.accounts.queries import list_usernames
from app.core.form_fields import CleanTextField, add_error
from app.domain.texts.message_templates import list_template_problems
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.text_cleaning import is_blank_text
from app.inbox.queries.insertable_replies import fill_reply

MAX_TITLE_CHARACTERS = 80
FORM_TOKEN_CHARACTERS = 32
DUPLICATE_TITLE_ERROR = "Another saved reply has this title."
MAX_LENGTH_HINT = f"A text can have up to {MAX_MESSAGE_CHARACTERS:,}."


def _validate_text(field: Field, filled_body: str) -> None:
    """Reject a blank text, unknown placeholders, and a text too long once it is filled in."""
    if is_blank_text(filled_body):
        raise ValidationError("Write a reply first.")
    for problem in list_template_problems(field.data or ""):
        add_error(field, problem)
    # Counted as the carrier does: a character outside the BMP is two UTF-16 units.
    characters = count_utf16_units(filled_body)
    if characters > MAX_MESSAGE_CHARACTERS:
        raise ValidationError(f"This text has {characters:,} characters. {MAX_LENGTH_HINT}")


class ReplyForm(FlaskForm):
    """A text to one person.

    `recipient_name` fills in the placeholders. `client_token` names the form, so that it is sent
    once. `seen_id` is the newest text on the page, `asked_id` the reply of somebody else that the
    writer was asked about.
    """

    body = CleanTextField("Reply", widget=TextArea())
    client_token = HiddenField()
    seen_id = HiddenField()
    asked_id = HiddenField()
    recipient_name: str | None = None

    def validate_body(self, field: Field) -> None:
        """Require a text that can be sent."""
        _validate_text(field, self.filled_body)

    @property
    def filled_body(self) -> str:
        """The text as this person gets it."""
        return fill_reply(self.body.data or "", self.recipient_name)

    @property
    def form_token(self) -> str:
        """The token of this form; a new one where it came without a usable one."""
        token = (self.client_token.data or "").strip()[:FORM_TOKEN_CHARACTERS]
        if token.isalnum() and token.isascii():
            return token
        return create_form_token()


def create_form_token() -> str:
    """Return a new token for a form, 32 hexadecimal digits."""
    return secrets.token_hex(FORM_TOKEN_CHARACTERS // 2)


class SavedReplyForm(FlaskForm):
    """A saved reply."""

    title = CleanTextField(
        "Title",
        [
            Length(
                max=MAX_TITLE_CHARACTERS,
                message=f"A title can have up to {MAX_TITLE_CHARACTERS} characters.",
            )
        ],
    )
    body = CleanTextField("Text", widget=TextArea())

    def validate_title(self, field: Field) -> None:
        """Require a title that is not blank."""
        if is_blank_text(field.data or ""):
            raise ValidationError("Enter a title.")

    def validate_body(self, field: Field) -> None:
        """Require a text that can be sent to somebody without a name."""
        if is_blank_text(field.data or ""):
            raise ValidationError("Write a reply first.")
        _validate_text(field, fill_reply(field.data or "", "friend"))


class AssignForm(FlaskForm):
    """Who sees to a conversation: a user, or nobody."""

    to = SelectField("Assigned to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to.choices = [("", "No one"), *((name, name) for name in list_usernames())]
