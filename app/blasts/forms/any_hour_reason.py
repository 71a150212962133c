"""The reason for which a blast is sent outside texting hours."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.delivery.actions.hour_exemptions import MAX_REASON_LENGTH
from app.domain.texts.text_cleaning import clean_name


class AnyHourForm(FlaskForm):
    """One sentence, which the audit keeps."""

    reason = StringField(
        "Reason",
        description="For example: the building is closed tomorrow. The audit keeps it.",
        filters=[lambda typed: clean_name(typed or "") or ""],
        validators=[
            DataRequired("Say why these texts can't wait."),
            Length(max=MAX_REASON_LENGTH, message="Use 200 characters or fewer."),
        ],
    )
