"""The texts of a blast in every language that it has, as they were written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from app.blasts.queries.draft_tests import find_tested_language
from app.domain.texts.message_templates import append_footer
from app.domain.texts.text_languages import name_language
from app.organisation import queries as organisation


class TranslatedBlast(Protocol):
    """A blast, a series, or whatever else has a text with translations."""

    @property
    def message_body(self) -> str:
        """The text in the organisation's language."""

    @property
    def footer(self) -> str | None:
        """The opt-out line; None: the texts have none."""

    @property
    def translations(self) -> Mapping[str, str]:
        """The texts in other languages, by their tags."""


@dataclass(frozen=True)
class BlastText:
    """A text in one language. `name`: of the language, "" where it is the only one.

    `people`: how many get it; None: not counted.
    """

    tag: str
    name: str
    body: str
    people: int | None = None


def list_blast_texts(
    blast: TranslatedBlast, readers: Mapping[str | None, int] | None = None
) -> list[BlastText]:
    """Return the texts with their opt-out lines, the organisation's language first.

    `readers`: how many people read which translation, the first text at None; none: not counted.
    Of a test, its one text.
    """
    texts = list_texts(blast.message_body, blast.translations)
    tested = find_tested_language(blast.message_body, blast.translations)
    if tested is not None and getattr(blast, "test_mode", False):
        line = organisation.get_opt_out_lines().choose(tested) if blast.footer else ""
        return [BlastText(tested, "", append_footer(blast.message_body, line))]
    if readers:
        tags = (None, *[text.tag for text in texts[1:]])
        counts = [readers.get(tag, 0) for tag in tags]
        texts = [replace(text, people=count) for text, count in zip(texts, counts, strict=True)]
    if not blast.footer:
        return texts
    lines = organisation.get_opt_out_lines()
    footers = {text.tag: lines.choose(text.tag) for text in texts}
    # As it was when the blast was written: the organisation may have another one now.
    footers[texts[0].tag] = blast.footer
    return [replace(text, body=append_footer(text.body, footers[text.tag])) for text in texts]


def list_texts(body: str, translations: Mapping[str, str]) -> list[BlastText]:
    """Return a text and its translations, the organisation's language first."""
    language = organisation.get_organisation_language()
    if not translations:
        return [BlastText(language, "", body)]
    texts = [BlastText(language, name_language(language), body)]
    for tag in sorted(translations, key=name_language):
        texts.append(BlastText(tag, name_language(tag), translations[tag]))
    return texts
