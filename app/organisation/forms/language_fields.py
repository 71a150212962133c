"""The fields of the settings form about languages and about the first text to somebody."""

from collections.abc import Mapping
from typing import Any

from wtforms import Field, FieldList, Form, FormField, RadioField, SelectField, ValidationError

from app.core.form_fields import CleanTextField
from app.domain.opt_outs.stop_words import STOP_WORD_MISSING_ERROR, has_stop_word
from app.domain.texts.introductions import DEFAULT_INTRODUCTION_DAYS
from app.domain.texts.opt_out_lines import BUILT_IN_LINES
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.text_languages import LANGUAGE_NAMES, is_language, name_language
from app.domain.texts.whole_numbers import parse_whole_number
from app.organisation.models import MAX_FOOTER_LENGTH, Organisation

MAX_INTRODUCTION_DAYS = 365
MAX_DAY_DIGITS = 4
MAX_FOOTER_LANGUAGES = 12
INTRODUCTION_CHOICES = {
    "on": "Add your organization’s name and the opt-out line",
    "off": "Add nothing",
}


class LanguageFooterForm(Form):
    """The opt-out line in one language."""

    # The settings form says in its own words what is wrong with it.
    language = SelectField("Language", choices=LANGUAGE_NAMES, validate_choice=False)
    line = CleanTextField("Opt-out line")

    def validate_language(self, field: Field) -> None:
        """Reject what is no language."""
        if not is_language(field.data or ""):
            raise ValidationError("Choose a language.")

    def validate_line(self, field: Field) -> None:
        """Require the word STOP in a line that is not blank."""
        line = field.data or ""
        if len(line) > MAX_FOOTER_LENGTH:
            raise ValidationError(f"This line can have up to {MAX_FOOTER_LENGTH} characters.")
        if not is_blank_text(line) and not has_stop_word(line):
            raise ValidationError(STOP_WORD_MISSING_ERROR)


class LanguageFields:
    """Language, opt-out lines in other languages, and first texts, for a form to inherit.

    A form that is posted without one of them changes nothing about it.
    """

    language = SelectField("Language of your texts", choices=LANGUAGE_NAMES, validate_choice=False)
    footers = FieldList(
        FormField(LanguageFooterForm), "Opt-out lines", max_entries=MAX_FOOTER_LANGUAGES
    )
    introduction = RadioField(
        "First text to a number", choices=lambda: INTRODUCTION_CHOICES, validate_choice=False
    )
    introduction_days = CleanTextField("Days until it is added again")

    def validate_language(self, field: SelectField) -> None:
        """Reject what is no language."""
        if not is_language(field.data or ""):
            raise ValidationError("Choose a language from the list.")

    def validate_footers(self, field: FieldList) -> None:
        """Reject a second line in one language; one that is cleared is none."""
        languages = [str(self.language.data)]
        for entry in field:
            tag = str(entry.form.language.data)
            if is_blank_text(str(entry.form.line.data or "")):
                continue
            if tag in languages:
                name = name_language(tag)
                raise ValidationError(f"There is a second opt-out line in {name}. Clear one.")
            languages.append(tag)

    def validate_introduction(self, field: RadioField) -> None:
        """Reject an unknown choice about first texts."""
        if field.data not in INTRODUCTION_CHOICES:
            raise ValidationError("Choose what is added to a first text.")

    def validate_introduction_days(self, field: CleanTextField) -> None:
        """Require whole days where first texts are introduced."""
        if self.introduction.data == "on" and self._parse_days() is None:
            raise ValidationError(f"Enter a whole number from 1 to {MAX_INTRODUCTION_DAYS}.")

    @property
    def can_add_footer(self) -> bool:
        """Whether a line in another language may be added."""
        return len(self.footers) < MAX_FOOTER_LANGUAGES

    def add_footer(self) -> None:
        """Add the line of a language that the form does not have yet, with the built-in words."""
        used = {str(self.language.data), *(entry.form.language.data for entry in self.footers)}
        languages = ("es", *BUILT_IN_LINES, *LANGUAGE_NAMES)
        language = next((tag for tag in languages if tag not in used), "")
        if self.can_add_footer:
            self.footers.append_entry(
                {"language": language, "line": BUILT_IN_LINES.get(language, "")}
            )

    def get_language_values(self) -> dict[str, Any]:
        """Return the values of the row's columns. Call after the form was found valid."""
        lines = {str(entry.form.language.data): str(entry.form.line.data) for entry in self.footers}
        is_on = self.introduction.data == "on"
        values = {
            "language": self.language.data,
            "introduction_days": self._parse_days() if is_on else None,
        }
        if lines:
            # A line without words goes back to the built-in one.
            own_tags = [tag for tag in sorted(lines) if not is_blank_text(lines[tag])]
            values["footers"] = {tag: lines[tag] for tag in own_tags}
        return values

    def _parse_days(self) -> int | None:
        days = parse_whole_number(str(self.introduction_days.data or ""), MAX_DAY_DIGITS)
        if days is None or not 1 <= days <= MAX_INTRODUCTION_DAYS:
            return None
        return days


def build_language_form_data(row: Organisation) -> Mapping[str, Any]:
    """Return what these fields show of the organisation's row."""
    lines = sorted(row.footers.items(), key=lambda pair: name_language(pair[0]))
    return {
        "language": row.language,
        "footers": [{"language": tag, "line": line} for tag, line in lines],
        "introduction": "on" if row.introduction_days else "off",
        "introduction_days": str(row.introduction_days or DEFAULT_INTRODUCTION_DAYS),
    }
