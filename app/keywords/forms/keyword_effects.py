"""What a keyword does beside its action: it sets a language, and counts as a check-in."""

from wtforms import BooleanField, Field, SelectField, ValidationError

from app.domain.profiles.language_names import LANGUAGE_SPELLINGS, list_language_choices


class KeywordEffectFields:
    """Both fields, for the form of a keyword to inherit."""

    sets_language = SelectField(
        "Their language",
        choices=lambda: {"": "Doesn’t change"} | list_language_choices(),
        default="",
        validate_choice=False,
    )
    counts_as_check_in = BooleanField("Counts as a check-in")

    def validate_sets_language(self, field: Field) -> None:
        """Require a language of the list, or none."""
        if field.data and field.data not in LANGUAGE_SPELLINGS:
            raise ValidationError("Choose a language from the list.")

    @property
    def has_effect(self) -> bool:
        """Whether anything happens beside the reply and the action."""
        return bool(self.counts_as_check_in.data or self.sets_language.data)
