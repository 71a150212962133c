"""A text in several languages: one field for each further language, and the buttons beside them.

The first text is in the organisation's language. Whatever forms hold texts use this.
"""

from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, ValidationError
from wtforms.widgets import TextArea

from app.core.form_fields import CleanTextField, add_error
from app.domain.texts.message_templates import list_template_problems
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.template_fields import NO_FIELDS, TemplateFields
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.text_languages import (
    LANGUAGE_NAMES,
    is_language,
    name_language,
)
from app.message_templates.queries.template_choices import (
    add_chosen_text,
    find_sibling_texts,
    find_texts_beside,
)
from app.organisation import queries as organisation

TRANSLATION_PREFIX = "translation-"
# The select with the language to add, the button that adds it, and the one that removes a text.
NEW_LANGUAGE_FIELD = "new_language"
ADD_BUTTON = "add_language"
REMOVE_BUTTON = "remove_language"
# The button that adds a template to the text of this field: use-translation-es.
USE_BUTTON = "use-"
NO_TEXT_ERROR = "Write a text first."
FIRST_LANGUAGE_ERROR = "The first text is in this language. Remove this one."


class TranslatedTextForm(Form):
    """A text, `first_text_name`, and its translations, in fields that come with what is sent.

    `translations` is what they say, by the tag of the language.
    """

    first_text_name = "body"
    _prefix: str

    def process(
        self,
        formdata: Any = None,
        obj: Any = None,
        data: Any = None,
        extra_filters: Any = None,
        **kwargs: Any,
    ) -> None:
        """Add a field for each translation that was sent, or is given as data; then read all."""
        sent = self.meta.wrap_formdata(self, formdata)
        names = [*(data or {}), *kwargs] if sent is None else _strip_prefix(sent, self._prefix)
        self._add_translation_fields(find_translation_tags(names))
        super().process(sent, obj, data, extra_filters, **kwargs)

    def check_text(self, field: Field) -> None:
        """Reject a text that cannot be sent; each form says which placeholders it fills in."""
        check_message_text(field, of_event=False)

    @property
    def translation_fields(self) -> dict[str, Field]:
        """The fields of the translations by language, in the order of the languages' names."""
        return {tag: self[name_translation(tag)] for tag in find_translation_tags(self._fields)}

    @property
    def translations(self) -> dict[str, str]:
        """The translations by language; those without a text are none yet."""
        texts = {tag: field.data or "" for tag, field in self.translation_fields.items()}
        return {tag: texts[tag] for tag in sorted(texts) if not is_blank_text(texts[tag])}

    @property
    def first_text(self) -> Field:
        """The field of the text in the organisation's language."""
        return self[self.first_text_name]

    @property
    def first_language(self) -> str:
        """The language of the first text."""
        return organisation.get_organisation_language()

    @property
    def first_language_name(self) -> str:
        """What pages call the language of the first text."""
        return name_language(self.first_language)

    @property
    def new_languages(self) -> dict[str, str]:
        """The names of the languages that can be added, by their tags."""
        used = {self.first_language, *self.translation_fields}
        return {tag: name for tag, name in LANGUAGE_NAMES.items() if tag not in used}

    @property
    def field_prefix(self) -> str:
        """What the names of its fields begin with, where it is one of several."""
        return self._prefix

    def list_carried_translations(self) -> list[tuple[str, str]]:
        """Return what a page sends again, as (name, value)."""
        return [(field.name, field.data or "") for field in self.translation_fields.values()]

    def _add_translation_fields(self, tags: Iterable[str]) -> None:
        added: dict[str, Field] = {}
        for tag in tags:
            name = name_translation(tag)
            field: Any = CleanTextField(
                f"{name_language(tag)} text",
                [_check_translation],
                widget=TextArea(),
                render_kw={"lang": tag},
            )
            added[name] = self.meta.bind_field(self, field, {"name": name, "prefix": self._prefix})
        if not added:
            return
        self.first_text.label.text = f"{self.first_language_name} text"
        # Errors are listed in the order of the fields: the translations after the first text.
        fields: dict[str, Field] = {}
        for name, bound in self._fields.items():
            fields[name] = bound
            if name == self.first_text_name:
                fields |= added
        self._fields = fields


def name_translation(tag: str) -> str:
    """Return the name of the field with the text in this language."""
    return f"{TRANSLATION_PREFIX}{tag}"


def build_translation_data(translations: dict[str, str]) -> dict[str, str]:
    """Return texts by language as the data of a form."""
    return {name_translation(tag): text for tag, text in translations.items()}


def find_translation_tags(names: Iterable[str]) -> list[str]:
    """Return the languages whose fields are among these, in the order of their names."""
    tags = {name.removeprefix(TRANSLATION_PREFIX) for name in names if is_translation_name(name)}
    return sorted(tags, key=name_language)


def is_translation_name(name: str) -> bool:
    """Whether a field of this name is for the text in a language that exists."""
    tag = name.removeprefix(TRANSLATION_PREFIX)
    return tag != name and is_language(tag)


def apply_language_buttons(
    posted: MultiDict[str, str], first_text_name: str, prefix: str = ""
) -> MultiDict[str, str]:
    """Return the fields as the buttons beside the texts change them.

    One adds a language, with the text that the template of the first text has in it; one removes
    a language; one adds a template to a single text. `prefix`: of the names of the fields.
    """
    fields = MultiDict(posted)
    tag = posted.get(f"{prefix}{NEW_LANGUAGE_FIELD}", "")
    is_own = tag == organisation.get_organisation_language()
    if f"{prefix}{ADD_BUTTON}" in posted and is_language(tag) and not is_own:
        first_text = posted.get(f"{prefix}{first_text_name}", "")
        fields.setdefault(
            f"{prefix}{name_translation(tag)}", find_sibling_texts(first_text).get(tag, "")
        )
    removed = posted.get(f"{prefix}{REMOVE_BUTTON}")
    if removed is not None:
        fields.poplist(f"{prefix}{name_translation(removed)}")
    for name in list(fields):
        version = posted.get(f"{USE_BUTTON}{name}")
        if version is not None and is_translation_name(name.removeprefix(prefix)):
            fields[name] = add_chosen_text(fields[name], version)
    return fields


def is_language_button_pressed(posted: MultiDict[str, str], prefix: str = "") -> bool:
    """Whether the form comes back because of a button beside the texts, and is not sent."""
    names = (f"{prefix}{ADD_BUTTON}", f"{prefix}{REMOVE_BUTTON}")
    uses = f"{USE_BUTTON}{prefix}{TRANSLATION_PREFIX}"
    return any(name in names or name.startswith(uses) for name in posted)


def add_template_texts(
    fields: MultiDict[str, str], first_text_name: str, version_id: str, prefix: str = ""
) -> None:
    """Add a template to the first text, and what it has in the languages of the others to these."""
    name = f"{prefix}{first_text_name}"
    fields[name] = add_chosen_text(fields.get(name, ""), version_id)
    texts = find_texts_beside(version_id)
    for tag in find_translation_tags(_strip_prefix(fields, prefix)):
        name = f"{prefix}{name_translation(tag)}"
        fields[name] = "\n".join(filter(None, [fields[name].strip(), texts.get(tag)]))


def check_message_text(
    field: Field, *, of_event: bool, has_date: bool = True, fields: TemplateFields = NO_FIELDS
) -> None:
    """Reject a text that is blank, too long, or has placeholders that cannot be filled in."""
    if is_blank_text(field.data or ""):
        raise ValidationError(NO_TEXT_ERROR)
    for problem in list_template_problems(
        field.data, of_event=of_event, has_date=has_date, fields=fields
    ):
        add_error(field, problem)
    size = count_utf16_units(field.data)
    if size > MAX_MESSAGE_CHARACTERS:
        raise ValidationError(
            f"This text has {size:,} characters. A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
        )


def _check_translation(form: TranslatedTextForm, field: Field) -> None:
    if is_blank_text(field.data or ""):
        raise ValidationError(f"Write the {field.label.text}, or remove it.")
    if field.short_name == name_translation(form.first_language):
        # The organisation's language was changed since the text was written.
        raise ValidationError(FIRST_LANGUAGE_ERROR)
    form.check_text(field)


def _strip_prefix(names: Iterable[str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
