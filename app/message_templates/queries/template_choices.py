"""The templates that are offered where a text is written."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from app.domain.texts.template_chips import cut_at_word, describe_template
from app.domain.texts.template_purposes import TemplatePurpose
from app.domain.texts.text_languages import DEFAULT_LANGUAGE, name_language
from app.domain.texts.whole_numbers import parse_id
from app.message_templates.models import MessageTemplateVersion
from app.message_templates.queries.template_records import (
    TemplateTexts,
    find_template_texts,
    find_version,
    list_templates_for,
)
from app.message_templates.queries.template_texts import find_version_of_text

# The field of the button that inserts a template, and of an address that begins with one.
VERSION_FIELD = "template_version"
MAX_EXCERPT_LENGTH = 70


@dataclass(frozen=True)
class TemplateChoice:
    """One text that can be inserted.

    `label`: the template's name, with the language unless it is the only one there is.
    """

    template_id: int
    version_id: int
    label: str
    body: str
    language: str

    @property
    def excerpt(self) -> str:
        """How the text begins, on one line."""
        return cut_at_word(describe_template(self.body), MAX_EXCERPT_LENGTH)


def list_template_choices(*purposes: TemplatePurpose) -> list[TemplateChoice]:
    """Return what is offered for these purposes, the first purpose first."""
    return build_template_choices(list_templates_for(*purposes))


def build_template_choices(templates: Iterable[TemplateTexts]) -> list[TemplateChoice]:
    """Return a choice for each text of these templates, in their order."""
    choices = []
    for row in templates:
        for version in row.texts.values():
            label = row.template.name
            if len(row.texts) > 1 or version.language != DEFAULT_LANGUAGE:
                label += f" · {name_language(version.language)}"
            version_texts = (version.body, version.language)
            choices.append(TemplateChoice(row.template.id, version.id, label, *version_texts))
    return choices


def choose_first_texts(choices: list[TemplateChoice], language: str) -> list[TemplateChoice]:
    """Return one choice for each template: its text in this language, else its first."""
    chosen: dict[int, TemplateChoice] = {}
    for choice in choices:
        if choice.template_id not in chosen or choice.language == language:
            chosen[choice.template_id] = choice
    return list(chosen.values())


def choose_texts_in(choices: list[TemplateChoice], language: str) -> list[TemplateChoice]:
    """Return the choices that are in this language."""
    return [choice for choice in choices if choice.language == language]


def add_chosen_text(typed: str, version_id: str) -> str:
    """Return what is typed with the text of the chosen version below it.

    An unknown version adds nothing. Nothing that was typed is lost.
    """
    version = find_version(parse_id(version_id))
    if version is None or not version.body:
        return typed
    return "\n".join(filter(None, [typed.strip(), version.body]))


def find_texts_beside(version_id: str) -> dict[str, str]:
    """Return the texts in use of the template of a version, by language; {} for no such one."""
    return _list_texts_of(find_version(parse_id(version_id)))


def find_sibling_texts(body: str) -> dict[str, str]:
    """Return the texts in use, by language, of the template that has this text; {} for none."""
    return _list_texts_of(find_version(find_version_of_text(body)))


def _list_texts_of(version: MessageTemplateVersion | None) -> dict[str, str]:
    row = find_template_texts(version.template_id) if version else None
    return {language: text.body for language, text in row.texts.items()} if row else {}


def find_template_body(template_id: str, language: str = "") -> str | None:
    """Return the text of a template, in a language where it has one; None for no such template."""
    row = find_template_texts(parse_id(template_id))
    if row is None or row.first_text is None:
        return None
    return row.texts.get(language, row.first_text).body


def find_other_texts(
    template_id: str, language: str, wanted_languages: Container[str]
) -> dict[str, str]:
    """Return the texts of a template in the languages that are wanted, but for this one."""
    row = find_template_texts(parse_id(template_id))
    texts = row.texts if row and language in row.texts else {}
    return {
        tag: version.body
        for tag, version in texts.items()
        if tag != language and tag in wanted_languages
    }
