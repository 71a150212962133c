"""What people type about users, as values."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    PasswordField,
    RadioField,
    StringField,
    ValidationError,
)

from app.accounts.name_queries import (
    find_similar_user,
    find_user_by_email,
    is_name_of_former_user,
    is_name_of_other_user,
)
from app.accounts.password_forms import reject_weak_password
from app.accounts.queries import clean_username
from app.core.limit_fields import PRICE_MISSING_ERROR, LimitAmountField, LimitNumberField
from app.core.mail import is_mail_address
from app.domain.accounts.lookalike_names import find_script_problem, remove_unseen
from app.domain.accounts.roles import ROLE_LABELS, Role
from app.domain.texts.text_cleaning import clean_name
from app.organisation import queries as organisation

MAX_USERNAME_LENGTH = 80
FORMER_NAME_ERROR = (
    "A former user had this name. Choose another one, so that what they did stays theirs."
)
THEME_LABELS = {"": "Match device", "light": "Light", "dark": "Dark"}


ZERO_AMOUNT_ERROR = "Enter more than 0. For approval of every blast, enter 0 people."


class UsernameField(StringField):
    """A user name: cleaned, 1 to 80 characters, never cut."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean_username(remove_unseen(str(valuelist[0])))

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            raise ValidationError("Enter a username.")
        if len(self.data) > MAX_USERNAME_LENGTH:
            raise ValidationError(f"A username can have up to {MAX_USERNAME_LENGTH} characters.")
        problem = find_script_problem(self.data)
        # A name that is stored already keeps: its user could not be changed in any other way.
        if problem and self.data != self.object_data:
            raise ValidationError(problem)


class SignInForm(FlaskForm):
    """The login form. Any text is valid: the view compares it with the users."""

    username = StringField("Username")
    password = PasswordField("Password")
    remember = BooleanField("Keep me signed in on this device for 30 days")


class ThemeForm(FlaskForm):
    """The colours in which a user sees the pages."""

    theme = RadioField("Colors", choices=THEME_LABELS, validate_choice=False)

    def validate_theme(self, field: RadioField) -> None:
        """Reject a theme that is not offered."""
        if field.data not in THEME_LABELS:
            raise ValidationError("Choose one of these.")


class DisplayNameForm(FlaskForm):
    """How pages call a user. A blank name is the user name again."""

    display_name = StringField("Your name")

    def __init__(self, user_id: int | None, **options: Any) -> None:
        super().__init__(**options)
        self.user_id = user_id

    def validate_display_name(self, field: StringField) -> None:
        """Reject a name that is too long to be kept, and one by which pages call another user."""
        reject_misleading_name(self.cleaned_name, self.user_id)

    @property
    def cleaned_name(self) -> str | None:
        """The name as it is stored; None for a blank one."""
        return clean_name(self.display_name.data or "")


def reject_misleading_name(name: str | None, user_id: int | None) -> None:
    """Raise ValidationError when a display name would be taken for another user's."""
    if not name:
        return
    if len(name) > MAX_USERNAME_LENGTH:
        raise ValidationError(f"A name can have up to {MAX_USERNAME_LENGTH} characters.")
    if problem := find_script_problem(name):
        raise ValidationError(problem)
    if is_name_of_other_user(user_id, name):
        raise ValidationError("Another user has this name.")
    if other := find_similar_user(name, user_id):
        raise ValidationError(f"That looks like the name of another user, {other.username}.")


class EmailField(StringField):
    """An e-mail address of a user, or none; `user_id`: whose it may be already."""

    user_id: int | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = str(valuelist[0]).strip() or None

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        if not is_mail_address(self.data):
            raise ValidationError("Enter an address such as ana@example.org.")
        owner = find_user_by_email(self.data)
        if owner is not None and owner.id != self.user_id:
            raise ValidationError("Another user has this address.")


class OwnPhoneForm(FlaskForm):
    """A user's own phone for tests, and the code that was texted to it."""

    phone = StringField("Your phone", id="own-phone")
    code = StringField("Code from the text", id="own-code")


class UserForm(FlaskForm):
    """The form in which an admin adds a user."""

    username = UsernameField("Username")
    display_name = StringField("Name")
    email = EmailField("E-mail address")
    role = RadioField(
        "Role",
        choices={role.value: label for role, label in ROLE_LABELS.items()},
        default=Role.SOCIAL_MANAGER.value,
        validate_choice=False,
    )
    password = PasswordField("First password")
    must_change_password = BooleanField("Must change password at first sign-in", default=True)
    # whose names and address these may be already
    user_id: int | None = None

    def validate_username(self, field: UsernameField) -> None:
        """Reject a name that would be taken for another user's."""
        name = field.data or ""
        other = find_similar_user(name, self.user_id)
        if name == field.object_data or (other and other.username.casefold() == name.casefold()):
            return
        if other is not None:
            raise ValidationError(f"That looks like the name of another user, {other.username}.")
        if is_name_of_former_user(name, self.user_id):
            raise ValidationError(FORMER_NAME_ERROR)

    def validate_display_name(self, field: StringField) -> None:
        """Reject a name that would be taken for another user's."""
        if clean_name(field.data or "") != field.object_data:
            reject_misleading_name(clean_name(field.data or ""), self.user_id)

    def validate_role(self, field: RadioField) -> None:
        """Reject a role that does not exist."""
        if field.data not in set(Role):
            raise ValidationError("Choose a role.")

    def validate_password(self, field: PasswordField) -> None:
        """Reject a password that is too weak; a blank one means a link."""
        if field.data:
            name = organisation.get_organisation().name
            reject_weak_password(field.data, self.username.data, name)


class EditUserForm(UserForm):
    """The form in which an admin changes a user; an empty password changes nothing."""

    password = PasswordField("New password")

    def __init__(self, user_id: int, is_own_account: bool, **options: Any) -> None:
        super().__init__(**options)
        self.user_id = self.email.user_id = user_id
        self.is_own_account = is_own_account

    def validate_password(self, field: PasswordField) -> None:
        """Reject a weak password, and a password for one's own account."""
        # Their own password users change on the page that asks for the current one.
        if field.data and self.is_own_account:
            raise ValidationError("To change your own password, open Your account.")
        super().validate_password(field)


class SenderLimitForm(FlaskForm):
    """Above which size the blasts of a user wait for approval; both blank: never.

    `is_price_known`: of a segment.
    """

    max_people = LimitNumberField("People in one blast", smallest=0)
    max_money_a_day = LimitAmountField("Money a day", ZERO_AMOUNT_ERROR)

    def __init__(self, *, is_price_known: bool, **options: Any) -> None:
        super().__init__(**options)
        self.is_price_known = is_price_known

    def validate_max_money_a_day(self, field: LimitAmountField) -> None:
        """Refuse an amount that cannot be checked."""
        if field.amount is not None and not self.is_price_known:
            raise ValidationError(PRICE_MISSING_ERROR)
