"""What is odd about the names that a blast greets: people without one, initials, families."""

from collections.abc import Iterator

from app.blasts.queries.review_notice import EDIT_TEXT, NameFix, ReviewNotice
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.texts import message_templates
from app.domain.texts.first_names import extract_first_name, is_no_name, is_odd_first_name
from app.domain.texts.plurals import choose_by_count, pluralize

MAX_NAMES_SHOWN = 3
# More than these are edited in the community.
MAX_NAME_FIXES = 5
MAX_QUOTE_LENGTH = 50
FALLBACK_ADVICE = "Give the placeholder a word for them, like {first_name|friend}."


def list_greeting_notices(draft: BlastDraft, blast: RenderedBlast) -> Iterator[ReviewNotice]:
    """Yield a notice for each thing about names that deserves a look."""
    if not message_templates.has_name_placeholders(draft.body):
        return
    nameless = [text for text in blast.sendable_texts if not text.name or is_no_name(text.name)]
    if nameless:
        verb = choose_by_count(len(nameless), "has", "have")
        people = pluralize(len(nameless), "person", "people")
        yield _build_notice(draft, f"{people} {verb} no name.", nameless)
    if message_templates.has_first_name_placeholder(draft.body):
        yield from _warn_about_first_names(draft, blast)


def _warn_about_first_names(draft: BlastDraft, blast: RenderedBlast) -> Iterator[ReviewNotice]:
    odd: list[tuple[RenderedText, str]] = []
    groups: list[RenderedText] = []
    for text in blast.sendable_texts:
        if not text.name or is_no_name(text.name):
            continue
        first_name = extract_first_name(text.name)
        if not first_name:
            groups.append(text)
        elif is_odd_first_name(first_name, text.name):
            odd.append((text, first_name))
    if groups:
        names = _list_names([text.name or "" for text in groups], len(groups))
        count = pluralize(len(groups), "name")
        verb = choose_by_count(len(groups), "has", "have")
        yield _build_notice(draft, f"{count} {verb} no first name: {names}.", groups)
    if odd:
        yield _build_odd_notice(odd)


def _build_odd_notice(odd: list[tuple[RenderedText, str]]) -> ReviewNotice:
    greetings = [f"“{first}” for {text.name}" for text, first in odd]
    count = pluralize(len(odd), "greeting")
    verb = choose_by_count(len(odd), "looks", "look")
    fixes = tuple(
        NameFix(text.phone, text.name or "", first) for text, first in odd[:MAX_NAME_FIXES]
    )
    sentence = f"{count} {verb} odd: {_list_names(greetings, len(odd))}."
    return ReviewNotice("info", sentence, name_fixes=fixes)


def _build_notice(draft: BlastDraft, problem: str, texts: list[RenderedText]) -> ReviewNotice:
    sentence = f"{problem} They read: “{_shorten_text(texts[0].body)}”"
    fixes = tuple(NameFix(text.phone, text.name or "", "") for text in texts[:MAX_NAME_FIXES])
    if message_templates.has_name_without_fallback(draft.body):
        return ReviewNotice("warn", f"{sentence} {FALLBACK_ADVICE}", EDIT_TEXT, name_fixes=fixes)
    return ReviewNotice("info", sentence, name_fixes=fixes)


def _list_names(names: list[str], count: int) -> str:
    text = ", ".join(map(_shorten_text, names[:MAX_NAMES_SHOWN]))
    if count > MAX_NAMES_SHOWN:
        return f"{text} and {count - MAX_NAMES_SHOWN:,} more"
    return text


def _shorten_text(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE_LENGTH else line[: MAX_QUOTE_LENGTH - 1].rstrip() + "…"
