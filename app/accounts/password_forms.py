"""Forms in which users choose a new password, which they type twice."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, ValidationError

from app.domain.accounts import password_policy
from app.organisation import queries as organisation


def reject_weak_password(
    password: str | None, username: str | None, organisation_name: str | None
) -> None:
    """Raise ValidationError with the reason when a new password is too weak."""
    problem = password_policy.find_password_problem(
        password or "", username=username or "", organisation=organisation_name or ""
    )
    if problem:
        raise ValidationError(problem)


class NewPasswordForm(FlaskForm):
    """The rules of a new password. Each form declares its fields, which sets their order."""

    new_password: PasswordField
    confirm_password: PasswordField

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


class OwnPasswordForm(NewPasswordForm):
    """The form in which users change their own password.

    The view checks the current password: that takes 0.15 s, and failures are counted.
    """

    current_password = PasswordField("Current password")
    new_password = PasswordField("New password")
    confirm_password = PasswordField("Confirm new password")

    def validate_new_password(self, field: PasswordField) -> None:
        """Reject a weak password, and the current one."""
        super().validate_new_password(field)
        if field.data == self.current_password.data:
            raise ValidationError("That is your current password. Choose another.")


class LinkPasswordForm(NewPasswordForm):
    """The page of a one-time link: a new password, twice."""

    new_password = PasswordField("New password")
    confirm_password = PasswordField("Confirm new password")
