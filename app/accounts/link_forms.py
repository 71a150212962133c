"""What people type about links by mail, and about their e-mail address."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError

from app.accounts.forms import EmailField
from app.core.mail import MAX_ADDRESS_LENGTH


class OwnEmailForm(FlaskForm):
    """The e-mail address of the user who is signed in."""

    email = EmailField("Your e-mail address")

    def __init__(self, user_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.email.user_id = user_id


class LinkRequestForm(FlaskForm):
    """Who wants a link to choose a new password. Any text is valid: the answer is the same."""

    name = StringField("Username or e-mail address")

    def validate_name(self, field: StringField) -> None:
        """Refuse a blank one, and what no name or address can be."""
        typed = (field.data or "").strip()
        if not typed:
            raise ValidationError("Enter your username or e-mail address.")
        if len(typed) > MAX_ADDRESS_LENGTH:
            raise ValidationError("A username or address is shorter than that.")
