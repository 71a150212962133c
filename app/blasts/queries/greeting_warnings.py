"""What is odd about the names that a blast greets: people without one, initials, families."""

from collections.abc import Iterator

from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.texts import message_templates
from app.domain.texts.first_names import extract_first_name, is_no_name, is_odd_first_name
from app.domain.texts.plurals import choose_by_count, pluralize

MAX_NAMES_SHOWN = 3
MAX_QUOTE_LENGTH = 50
FALLBACK_ADVICE = "Give the placeholder a word for them, like {first_name|friend}."


def list_greeting_warnings(draft: BlastDraft, blast: RenderedBlast) -> Iterator[tuple[str, str]]:
    """Yield (kind, sentence) for each thing that deserves a look; kind is warn or info."""
    if not message_templates.has_name_placeholders(draft.body):
        return
    nameless = [text for text in blast.sendable_texts if not text.name or is_no_name(text.name)]
    if nameless:
        verb = choose_by_count(len(nameless), "has", "have")
        people = pluralize(len(nameless), "person", "people")
        yield _build_warning(draft, f"{people} {verb} no name.", nameless[0])
    if message_templates.has_first_name_placeholder(draft.body):
        yield from _warn_about_first_names(draft, blast)


def _warn_about_first_names(draft: BlastDraft, blast: RenderedBlast) -> Iterator[tuple[str, str]]:
    odd_first_names: dict[str, str] = {}
    groups: list[RenderedText] = []
    odd_count = 0
    for text in blast.sendable_texts:
        if not text.name or is_no_name(text.name):
            continue
        first_name = extract_first_name(text.name)
        if not first_name:
            groups.append(text)
        elif is_odd_first_name(first_name, text.name):
            odd_count += 1
            odd_first_names.setdefault(text.name, first_name)
    if groups:
        verb = choose_by_count(len(groups), "tells", "tell")
        names = _list_names([text.name or "" for text in groups], len(groups))
        count = pluralize(len(groups), "name")
        yield _build_warning(draft, f"{count} {verb} no first name: {names}.", groups[0])
    if odd_count:
        greetings = [f"“{first}” for {name}" for name, first in odd_first_names.items()]
        verb = choose_by_count(odd_count, "looks", "look")
        count = pluralize(odd_count, "greeting")
        yield "info", f"{count} {verb} odd: {_list_names(greetings, odd_count)}."


def _build_warning(draft: BlastDraft, problem: str, example: RenderedText) -> tuple[str, str]:
    sentence = f"{problem} They read: “{_shorten_text(example.body)}”"
    if message_templates.has_name_without_fallback(draft.body):
        return "warn", f"{sentence} {FALLBACK_ADVICE}"
    return "info", sentence


def _list_names(names: list[str], count: int) -> str:
    text = ", ".join(map(_shorten_text, names[:MAX_NAMES_SHOWN]))
    if count > MAX_NAMES_SHOWN:
        return f"{text} and {count - MAX_NAMES_SHOWN:,} more"
    return text


def _shorten_text(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE_LENGTH else line[: MAX_QUOTE_LENGTH - 1].rstrip() + "…"
