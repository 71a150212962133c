"""Why an admin declines a blast."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from app.domain.delivery.approval_texts import MAX_REASON_LENGTH
from app.domain.texts.text_cleaning import clean_name

TOO_LONG_ERROR = f"Use {MAX_REASON_LENGTH} characters or fewer."


class DeclineForm(FlaskForm):
    """One sentence for the sender, which may be blank."""

    reason = StringField(
        "Reason for declining",
        filters=[lambda typed: clean_name(typed or "") or ""],
        validators=[Length(max=MAX_REASON_LENGTH, message=TOO_LONG_ERROR)],
    )
