"""What people type to show who they are: codes, and the password again."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, ValidationError

MAX_CODE_LENGTH = 60


class CodeForm(FlaskForm):
    """A code of the authenticator app or a recovery code; the view checks it."""

    code = StringField("Code")

    def validate_code(self, field: StringField) -> None:
        """Refuse what cannot be a code: it would count as a wrong try."""
        typed = (field.data or "").strip()
        if not typed:
            raise ValidationError("Enter the code.")
        if len(typed) > MAX_CODE_LENGTH:
            raise ValidationError("A code is shorter than that.")


class ConfirmationForm(FlaskForm):
    """The password again, or with a second factor a code instead; the view checks it."""

    again_password = PasswordField("Password")

    def validate_again_password(self, field: PasswordField) -> None:
        """Refuse a blank one: it would count as a wrong try."""
        if not field.data:
            raise ValidationError("Enter your password.")


class FactorRemovalForm(CodeForm):
    """Password and code, both needed to switch a second factor off."""

    password = PasswordField("Password")
