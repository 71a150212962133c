"""The form of a chat of the organisation."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import RadioField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.form_fields import CleanTextField
from app.core.settings import current_settings
from app.domain.notices.chat_shapes import SHAPE_LABELS, ChatShape, find_url_problem
from app.domain.notices.notice_kinds import CHAT_KINDS, NOTICE_RULES
from app.notices.models import MAX_CHAT_NAME_LENGTH
from app.notices.sending.chat_posting import has_apprise

NAME_LENGTH_ERROR = f"Use at most {MAX_CHAT_NAME_LENGTH} characters."


class ChatForm(FlaskForm):
    """Name, program, address and kinds of a chat. Of a stored one the address may stay blank."""

    name = CleanTextField(
        "Name",
        [
            InputRequired("Enter a name."),
            Length(max=MAX_CHAT_NAME_LENGTH, message=NAME_LENGTH_ERROR),
        ],
    )
    shape = RadioField("Program", choices={}, default=ChatShape.SLACK.value)
    url = StringField("Address", filters=[lambda text: (text or "").strip()])
    kinds = SelectMultipleField(
        "What it is told",
        choices={kind.value: NOTICE_RULES[kind].label for kind in CHAT_KINDS},
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    is_active = BooleanField("On", default=True)

    def __init__(self, stored_url: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.stored_url = stored_url
        self.labels = {shape.value: label for shape, label in SHAPE_LABELS.items()}
        if not has_apprise():
            del self.labels[ChatShape.APPRISE.value]
        self.shape.choices = dict(self.labels)

    def validate_url(self, field: StringField) -> None:
        """Refuse an address that cannot be posted to, or that is told already."""
        if not field.data and self.stored_url:
            return
        if not field.data:
            raise ValidationError("Enter the address that the program gave you.")
        if self.shape.data not in self.labels:
            return
        settings = current_settings()
        shape = ChatShape(self.shape.data)
        problem = find_url_problem(shape, field.data, is_production=settings.is_production)
        if problem:
            raise ValidationError(problem)
        if field.data == settings.alert_webhook_url:
            raise ValidationError("ALERT_WEBHOOK_URL has this address: it is told of faults.")

    def validate_kinds(self, field: SelectMultipleField) -> None:
        """Refuse a chat that would be told of nothing."""
        if not field.data:
            raise ValidationError("Choose at least one.")

    def get_column_values(self) -> dict[str, Any]:
        """Return the values to store."""
        return {
            "name": self.name.data,
            "shape": ChatShape(self.shape.data),
            "url": self.url.data or self.stored_url,
            "kinds": " ".join(self.kinds.data or ()),
            "is_active": bool(self.is_active.data),
        }
