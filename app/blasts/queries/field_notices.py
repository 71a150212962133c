"""What deserves a second look in a text that names fields: people who have nothing in them."""

from collections.abc import Iterator

from app.blasts.queries.review_notices import EDIT_TEXT, ReviewNotice
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.texts.message_templates import split_template
from app.domain.texts.plurals import pluralize
from app.domain.texts.template_chips import name_placeholder

MAX_QUOTE_LENGTH = 50


def list_field_notices(draft: BlastDraft, blast: RenderedBlast) -> Iterator[ReviewNotice]:
    """Yield a notice for each field that some people have nothing in."""
    filling = blast.filling
    for position, name in enumerate(filling.names):
        missing = [text for text in blast.sendable_texts if not _has_text(blast, text, position)]
        if missing:
            yield _build_notice(draft, filling.names, name, missing)


def _has_text(blast: RenderedBlast, text: RenderedText, position: int) -> bool:
    texts = blast.filling.get_texts(text.phone)
    return bool(texts and (texts[position] or "").strip())


def _build_notice(
    draft: BlastDraft, names: tuple[str, ...], name: str, missing: list[RenderedText]
) -> ReviewNotice:
    """Return the notice about people who have nothing in one field."""
    label = name_placeholder(name)
    people = pluralize(len(missing), "person has", "people have")
    sentence = f"{people} nothing in {label}. Their text: “{shorten_text(missing[0].body)}”"
    pieces = split_template(draft.body, names)
    named = [piece for piece in pieces if piece.placeholder == name]
    if all(piece.fallback or piece.condition == name for piece in named):
        return ReviewNotice("info", sentence)
    advice = f"Add a fallback for them, like {{{label}|…}}."
    return ReviewNotice("warn", f"{sentence} {advice}", EDIT_TEXT)


def shorten_text(text: str) -> str:
    """Return the beginning of a text on one line, to be quoted."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE_LENGTH else line[: MAX_QUOTE_LENGTH - 1].rstrip() + "…"
