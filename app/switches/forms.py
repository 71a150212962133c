"""The form of the features: a box for each."""

from flask_wtf import FlaskForm
from wtforms import BooleanField

from app.core.form_fields import add_error
from app.switches.switchable_features import FEATURES


class FeatureForm(FlaskForm):
    """A checked box is a feature that is shown. The fields are called as the features."""

    groups = BooleanField("Groups")
    segments = BooleanField("Segments")
    events = BooleanField("Events")
    surveys = BooleanField("Surveys")
    keywords = BooleanField("Keywords")
    sequences = BooleanField("Sequences")
    series = BooleanField("Series")
    calendar = BooleanField("Calendar")

    def validate_switching(self, switched_off: frozenset[str]) -> bool:
        """Refuse to hide what runs by itself; what is off already stays so."""
        is_valid = True
        for feature in FEATURES:
            field = self[feature.name]
            if field.data or feature.name in switched_off:
                continue
            obstacle = feature.find_obstacle()
            if obstacle:
                add_error(field, obstacle)
                is_valid = False
        return is_valid

    @property
    def switched_off(self) -> str:
        """What is not checked, as the organisation's row has it."""
        return " ".join(feature.name for feature in FEATURES if not self[feature.name].data)
