"""The text of a template in the language of one reader, for replies that nobody writes by hand."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from app.domain.texts.message_templates import list_template_problems
from app.domain.texts.template_fields import COMPUTED_FIELDS
from app.domain.texts.translations import choose_translation
from app.message_templates import sql


class ReaderText(NamedTuple):
    """A text that may have placeholders.

    `language`: its BCP 47 tag, None where it is not known; `version_id`: of a template's version.
    """

    body: str
    language: str | None = None
    version_id: int | None = None


def find_texts_of_seed(seed_key: str) -> dict[str, ReaderText]:
    """Return the texts in use of a template that came with the program, by language."""
    rows = sql.SELECT_TEXTS_OF_SEED.fetch_rows(b_seed_key=seed_key)
    return {language: ReaderText(body, language, version) for language, version, body in rows}


def find_version_of_reply(body: str) -> ReaderText:
    """Return a text as what it is of the templates: their version, or just the text."""
    row = sql.SELECT_VERSION_OF_BODY.fetch_first_row(b_body=body.strip()) if body else None
    return ReaderText(body, row[1], row[0]) if row else ReaderText(body)


def find_versions_of_replies(bodies: Iterable[str]) -> dict[str, ReaderText]:
    """Return those of these texts that are of templates, by what they say. One statement."""
    rows = sql.SELECT_VERSIONS_OF_BODIES.fetch_rows(
        b_bodies=json.dumps([body for body in bodies if body], ensure_ascii=False)
    )
    return {body: ReaderText(body, language, version_id) for body, language, version_id in rows}


def choose_text_for_reader(
    text: ReaderText, language: str | None, *, of_event: bool = False
) -> ReaderText:
    """Return the text that the same template has in a language, else the text itself.

    Not where the text is an older version: its template may say something else by now. Nor where
    the other one names what the reply cannot fill in; `of_event`: it can name an event.
    """
    if language is None or text.version_id is None:
        return text
    rows = sql.SELECT_TEXTS_BESIDE.fetch_rows(b_version_id=text.version_id)
    texts = {tag: ReaderText(body, tag, version) for tag, version, body in rows}
    if all(other.version_id != text.version_id for other in texts.values()):
        return text
    tag = choose_translation(language, texts)
    if tag is None or list_template_problems(
        texts[tag].body, of_event=of_event, fields=COMPUTED_FIELDS
    ):
        return text
    return texts[tag]
