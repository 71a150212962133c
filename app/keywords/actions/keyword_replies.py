"""The reply of a keyword to one person, in their language where it is the text of a template."""

from collections.abc import Mapping

from app.domain.texts import message_templates
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.template_fields import STREAK_FIELD
from app.events.queries.events import build_event_placeholders
from app.keywords.sql import ActiveKeyword
from app.message_templates.queries.reader_texts import (
    ReaderText,
    choose_text_for_reader,
    find_version_of_reply,
)
from app.organisation import queries as organisation
from app.profiles.queries.reader_languages import find_reader_language


def build_keyword_reply(
    keyword: ActiveKeyword, phone: str, name: str | None, streak_days: int
) -> ReaderText:
    """Return the keyword's answer to a person as it is texted; its body is "" for none.

    A name that would make it longer than the longest text is left out.
    """
    text = find_version_of_reply(keyword.response_body or "")
    if text.version_id is not None:
        language = find_reader_language(phone)
        text = choose_text_for_reader(text, language, of_event=keyword.event_id is not None)
    values = _build_values(keyword, text, streak_days)
    reply = _fill_in(text.body, name, values)
    if count_utf16_units(reply) > MAX_MESSAGE_CHARACTERS:
        reply = _fill_in(text.body, None, values)
    return text._replace(body=reply)


def _build_values(keyword: ActiveKeyword, text: ReaderText, streak_days: int) -> dict[str, str]:
    values = organisation.get_text_values_for(text.body)
    if message_templates.has_event_placeholders(text.body):
        values |= build_event_placeholders(keyword.event_id, language=text.language)
    if streak_days:
        values |= {STREAK_FIELD: str(streak_days)}
    return values


def _fill_in(template: str, name: str | None, values: Mapping[str, str]) -> str:
    all_values = {**values, **message_templates.build_name_values(name)}
    return message_templates.fill_placeholders(template, all_values, (STREAK_FIELD,)).strip()
