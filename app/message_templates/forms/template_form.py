"""The form of a template: its name, what it is for, and its text in each language."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    ValidationError,
)
from wtforms.validators import Length
from wtforms.widgets import TextArea

from app.core.form_fields import CleanTextField, add_error
from app.domain.opt_outs.default_replies import StandingReply
from app.domain.opt_outs.notice_templates import SETTINGS_REPLIES, list_notice_problems
from app.domain.texts.message_templates import list_template_problems
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.template_purposes import (
    EVENT_PURPOSES,
    OFFERED_PURPOSES,
    PURPOSE_LABELS,
    TemplatePurpose,
)
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.text_languages import LANGUAGE_NAMES, is_language, name_language
from app.domain.texts.whole_numbers import parse_whole_number
from app.message_templates.actions.template_editing import TemplateValues
from app.message_templates.models import MAX_TEMPLATE_NAME_LENGTH
from app.message_templates.queries.template_records import TemplateTexts
from app.organisation.queries import get_organisation_language
from app.profiles.queries.textable_fields import load_template_fields

NAME_TAKEN_ERROR = "Another template has this name."
NO_LANGUAGE_ERROR = "A template needs a text in at least one language."
MAX_LANGUAGES = 12
MAX_REVISION_DIGITS = 9


class TemplateTextForm(Form):
    """The text in one language."""

    # validate_language() says it in our own words.
    language = SelectField("Language", choices=LANGUAGE_NAMES, validate_choice=False)
    body = CleanTextField("Text", widget=TextArea())
    remove = BooleanField("Remove this language")

    def validate_language(self, field: Field) -> None:
        """Reject what is no language."""
        if not is_language(field.data or ""):
            raise ValidationError("Choose a language.")

    def validate_body(self, field: Field) -> None:
        """Require a text that fits into one message."""
        if is_blank_text(field.data or ""):
            raise ValidationError("Write a text first.")
        size = count_utf16_units(field.data)
        if size > MAX_MESSAGE_CHARACTERS:
            raise ValidationError(
                f"This text has {size:,} characters. A text can have up to "
                f"{MAX_MESSAGE_CHARACTERS:,}."
            )

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate a text that is kept."""
        return bool(self.remove.data) or super().validate(extra_validators)


class TemplateForm(FlaskForm):
    """A template. After `validate()`, `template_values` is what it says.

    `revision`: the state of the template that the user saw. `notice`: which standing reply it is.
    """

    notice: StandingReply | None = None

    name = CleanTextField(
        "Name",
        [
            Length(
                max=MAX_TEMPLATE_NAME_LENGTH,
                message=f"A name can have up to {MAX_TEMPLATE_NAME_LENGTH} characters.",
            )
        ],
    )
    purpose = SelectField(
        "Used for",
        choices={purpose.value: PURPOSE_LABELS[purpose] for purpose in OFFERED_PURPOSES},
        default=TemplatePurpose.BLAST.value,
        validate_choice=False,
    )
    is_active = BooleanField("Offer it where texts are written", default=True)
    revision = HiddenField()
    texts = FieldList(FormField(TemplateTextForm), max_entries=MAX_LANGUAGES)

    def validate_name(self, field: Field) -> None:
        """Reject a name that is blank."""
        if is_blank_text(field.data or ""):
            raise ValidationError("Enter a name.")

    def validate_purpose(self, field: Field) -> None:
        """Reject what templates are not for."""
        purposes = [TemplatePurpose.SYSTEM] if self.notice else OFFERED_PURPOSES
        if field.data not in purposes:
            raise ValidationError("Choose what it is used for.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate every text, then all of them together."""
        is_valid = super().validate(extra_validators)
        self._validate_texts_together()
        for entry in self.text_forms:
            for field in entry:
                self.form_errors.extend(str(error) for error in field.errors)
        return is_valid and not self.form_errors

    @property
    def text_forms(self) -> list[TemplateTextForm]:
        """The forms of the texts."""
        return [entry.form for entry in self.texts]

    @property
    def can_grow(self) -> bool:
        """Whether a language may be added."""
        return len(self.texts) < MAX_LANGUAGES

    def make_notice(self, notice: StandingReply | None) -> None:
        """Make it the form of a standing reply, which stays one; None: of any other template."""
        self.notice = notice
        if notice is not None:
            purpose = TemplatePurpose.SYSTEM
            self.purpose.choices = {purpose.value: PURPOSE_LABELS[purpose]}
            self.is_active.label.text = "Send these words"

    def add_language(self) -> None:
        """Add an empty text, in a language that the form does not have yet."""
        used = {entry.language.data for entry in self.text_forms}
        language = next((tag for tag in ("es", *LANGUAGE_NAMES) if tag not in used), "")
        if self.can_grow:
            self.texts.append_entry({"language": language, "body": ""})

    @property
    def seen_revision(self) -> int:
        """The state of the template that the user saw; 0 when the form does not say it."""
        return parse_whole_number(self.revision.data or "", MAX_REVISION_DIGITS) or 0

    @property
    def template_values(self) -> TemplateValues:
        """What the form says, after `validate()`."""
        return TemplateValues(
            name=(self.name.data or "").strip(),
            purpose=TemplatePurpose(self.purpose.data),
            texts={
                str(entry.language.data): str(entry.body.data)
                for entry in self.text_forms
                if not entry.remove.data
            },
            is_active=bool(self.is_active.data),
        )

    def _validate_texts_together(self) -> None:
        """Reject unknown placeholders, a language that is there twice, and no text at all."""
        entries = [entry for entry in self.text_forms if not entry.remove.data]
        if not entries:
            self.form_errors.append(NO_LANGUAGE_ERROR)
        of_event = self.purpose.data in {purpose.value for purpose in EVENT_PURPOSES}
        fields = load_template_fields()
        languages: set[str] = set()
        for entry in entries:
            body = entry.body.data or ""
            problems = list_template_problems(body, of_event=of_event, fields=fields)
            if self.notice is not None:
                problems = list_notice_problems(self.notice, body)
                self._check_settings_language(entry)
            for problem in problems:
                add_error(entry.body, problem)
            if entry.language.data in languages:
                add_error(entry.language, "This template has a text in this language already.")
            languages.add(entry.language.data)

    def _check_settings_language(self, entry: TemplateTextForm) -> None:
        """Refuse a second text where the settings page has the one that is sent."""
        language = str(entry.language.data)
        if self.notice in SETTINGS_REPLIES and language == get_organisation_language():
            add_error(
                entry.language,
                f"Your {name_language(language)} reply is in Settings. Remove this one.",
            )


def build_template_form_data(row: TemplateTexts) -> dict[str, Any]:
    """Return a template as form data."""
    template = row.template
    return {
        "name": template.name,
        "purpose": template.purpose.value,
        "is_active": template.is_active,
        "revision": str(template.revision),
        "texts": [
            {"language": language, "body": version.body} for language, version in row.texts.items()
        ],
    }


def build_new_template_form_data(purpose: str, body: str) -> dict[str, Any]:
    """Return the form data of a new template for a purpose; an unknown one is for blasts."""
    is_known = purpose in OFFERED_PURPOSES
    return {
        "purpose": purpose if is_known else TemplatePurpose.BLAST.value,
        "is_active": True,
        "texts": [{"language": get_organisation_language(), "body": body}],
    }
