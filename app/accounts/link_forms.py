"""What people type about links to choose a password, and about their e-mail address."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, ValidationError

from app.accounts.forms import EmailField, reject_weak_password
from app.core.mail import MAX_ADDRESS_LENGTH
from app.organisation import queries as organisation


class OwnEmailForm(FlaskForm):
    """The e-mail address of the user who is signed in."""

    email = EmailField("Your e-mail address")

    def __init__(self, user_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.email.user_id = user_id


class LinkPasswordForm(FlaskForm):
    """The page of a one-time link: a new password, twice."""

    new_password = PasswordField("New password")
    confirm_password = PasswordField("Confirm new password")

    def __init__(self, username: str, **options: Any) -> None:
        super().__init__(**options)
        self.account_username = username

    def validate_new_password(self, field: PasswordField) -> None:
        """Reject a password that is too weak."""
        reject_weak_password(
            field.data, self.account_username, organisation.get_organisation().name
        )

    def validate_confirm_password(self, field: PasswordField) -> None:
        """Require the same password twice."""
        if field.data != self.new_password.data:
            raise ValidationError("The passwords don’t match.")


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
