"""What is offered beside a text in several languages: templates, placeholders, languages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain.texts.plurals import pluralize
from app.domain.texts.template_purposes import TemplatePurpose
from app.domain.texts.text_languages import is_language
from app.message_templates.queries.template_choices import (
    TemplateChoice,
    build_template_choices,
    choose_first_texts,
    choose_texts_in,
)
from app.message_templates.queries.template_records import list_templates_with
from app.organisation import queries as organisation
from app.profiles.queries.language_counts import read_language_counts, select_language_counts

# Where no one's language is known yet.
MOST_LIKELY_LANGUAGE = "es"
# (what is written into the text, its label).
Chips = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TranslationChoices:
    """What is offered beside the texts of a form; `action`: where its buttons are sent.

    `footers`: the opt-out line of each language that has a text. `read_languages`: how many people
    have which language.
    """

    templates: list[TemplateChoice]
    templates_by_language: dict[str, list[TemplateChoice]]
    footers: dict[str, str]
    read_languages: dict[str, int]
    purpose: TemplatePurpose
    tokens: Chips = ()
    event_tokens: Chips = ()
    action: str | None = None

    def list_new_languages(self, languages: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the (tag, label) of languages to add, those that people here read first."""
        options = []
        for tag, people in self.read_languages.items():
            if tag in languages:
                options.append((tag, f"{languages[tag]} · {pluralize(people, 'person', 'people')}"))
        rest = {tag: languages[tag] for tag in languages if tag not in self.read_languages}
        return [*options, *rest.items()]

    def suggest_language(self, languages: Collection[str]) -> str:
        """Return which of the languages to add is chosen at first: one that most people read."""
        tags = (*self.read_languages, MOST_LIKELY_LANGUAGE, *languages)
        return next((tag for tag in tags if tag in languages), "")


def load_translation_choices(
    languages: Sequence[str],
    purposes: Sequence[TemplatePurpose],
    *,
    first_language: str,
    tokens: Chips = (),
    event_tokens: Chips = (),
    action: str | None = None,
) -> TranslationChoices:
    """Return what is offered; `languages`: those that the form has a text in, beside the first.

    Beside the first text each template is offered once where there are others, as it fills in
    all of them; else in every language.
    """
    rows, counts = list_templates_with(select_language_counts(), *purposes)
    templates = build_template_choices(rows)
    by_language = {tag: choose_texts_in(templates, tag) for tag in languages}
    lines = organisation.get_opt_out_lines()
    return TranslationChoices(
        templates=choose_first_texts(templates, first_language) if languages else templates,
        templates_by_language=by_language,
        footers={tag: lines.choose(tag) for tag in languages},
        read_languages=_choose_read_languages(counts, first_language),
        purpose=purposes[0],
        tokens=tokens,
        event_tokens=event_tokens,
        action=action,
    )


def _choose_read_languages(value: str | None, first_language: str) -> dict[str, int]:
    counts = read_language_counts(value)
    return {tag: counts[tag] for tag in counts if is_language(tag) and tag != first_language}
