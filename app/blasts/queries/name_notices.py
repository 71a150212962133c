"""What deserves a second look in a text that calls people by their names."""

from collections.abc import Iterator, Sequence

from app.blasts.queries.field_notices import shorten_text
from app.blasts.queries.review_notices import EDIT_TEXT, NameFix, ReviewNotice
from app.domain.delivery.blast_rendering import RenderedText
from app.domain.texts import message_templates
from app.domain.texts.first_names import find_unclear_names
from app.domain.texts.plurals import choose_by_count, pluralize

# The names, or greetings, that a sentence lists.
MAX_NAMES_SHOWN = 3
# More than these are edited in the community.
MAX_NAME_FIXES = 5
FALLBACK_ADVICE = "Add a fallback for them, like {first_name|friend}."


def list_name_notices(body: str, texts: Sequence[RenderedText]) -> Iterator[ReviewNotice]:
    """Yield a notice about greetings that are odd: without a name, families, initials.

    `texts`: what the readers of this body get.
    """
    if not message_templates.has_name_placeholders(body):
        return
    unclear = find_unclear_names([text.name for text in texts])
    if unclear.nameless:
        verb = choose_by_count(len(unclear.nameless), "has", "have")
        people = pluralize(len(unclear.nameless), "person", "people")
        nameless = [texts[position] for position in unclear.nameless]
        yield _build_name_notice(body, f"{people} {verb} no name.", nameless)
    if not message_templates.has_first_name_placeholder(body):
        return
    if unclear.groups:
        groups = [texts[position] for position in unclear.groups]
        group_names = [shorten_text(text.name or "") for text in groups[:MAX_NAMES_SHOWN]]
        names = list_first(group_names, len(groups))
        verb = choose_by_count(len(groups), "has", "have")
        count = pluralize(len(groups), "name")
        yield _build_name_notice(body, f"{count} {verb} no first name: {names}.", groups)
    if unclear.odd:
        yield _build_odd_notice([(texts[position], first) for position, first in unclear.odd])


def _build_name_notice(body: str, problem: str, texts: list[RenderedText]) -> ReviewNotice:
    sentence = f"{problem} Their text: “{shorten_text(texts[0].body)}”"
    fixes = tuple(NameFix(text.phone, text.name or "", "") for text in texts[:MAX_NAME_FIXES])
    if message_templates.has_name_without_fallback(body):
        return ReviewNotice("warn", f"{sentence} {FALLBACK_ADVICE}", EDIT_TEXT, name_fixes=fixes)
    return ReviewNotice("info", sentence, name_fixes=fixes)


def _build_odd_notice(odd: list[tuple[RenderedText, str]]) -> ReviewNotice:
    greetings = []
    fixes = []
    for text, first in odd[:MAX_NAME_FIXES]:
        greetings.append(shorten_text(f"“{first}” for {text.name}"))
        fixes.append(NameFix(text.phone, text.name or "", first))
    count = pluralize(len(odd), "greeting")
    verb = choose_by_count(len(odd), "looks", "look")
    sentence = f"{count} {verb} odd: {list_first(greetings, len(odd))}."
    return ReviewNotice("info", sentence, name_fixes=tuple(fixes))


def list_first(items: Sequence[str], count: int) -> str:
    """Return the first items, and how many more of all `count` there are."""
    listed = ", ".join(items[:MAX_NAMES_SHOWN])
    if count > MAX_NAMES_SHOWN:
        return f"{listed} and {count - MAX_NAMES_SHOWN:,} more"
    return listed
