"""What deserves a second look in a text that names fields: people who have nothing in them."""

from collections.abc import Iterator

from app.blasts.queries.review_notices import EDIT_TEXT, ReviewNotice
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.texts.message_templates import TemplatePiece, split_template
from app.domain.texts.plurals import pluralize
from app.domain.texts.template_chips import name_placeholder

MAX_QUOTE_LENGTH = 50


def list_field_notices(blast: RenderedBlast) -> Iterator[ReviewNotice]:
    """Yield a notice for each field of a text that some of its readers have nothing in."""
    names = blast.filling.names
    for tag, texts in blast.texts_by_language.items():
        pieces = split_template(blast.language_texts[tag].body, names)
        for position, name in enumerate(names):
            named = [piece for piece in pieces if name in (piece.placeholder, piece.condition)]
            missing = [text for text in texts if named and not _has_text(blast, text, position)]
            if missing:
                yield _build_notice(name, named, missing)


def _has_text(blast: RenderedBlast, text: RenderedText, position: int) -> bool:
    texts = blast.filling.get_texts(text.phone)
    return bool(texts and (texts[position] or "").strip())


def _build_notice(
    name: str, named: list[TemplatePiece], missing: list[RenderedText]
) -> ReviewNotice:
    """Return the notice about people who have nothing in one field."""
    label = name_placeholder(name)
    people = pluralize(len(missing), "person has", "people have")
    sentence = f"{people} nothing in {label}. Their text: “{shorten_text(missing[0].body)}”"
    fillings = [piece for piece in named if piece.placeholder == name]
    if all(piece.fallback or piece.condition == name for piece in fillings):
        return ReviewNotice("info", sentence)
    advice = f"Add a fallback for them, like {{{label}|…}}."
    return ReviewNotice("warn", f"{sentence} {advice}", EDIT_TEXT)


def shorten_text(text: str) -> str:
    """Return the beginning of a text on one line, to be quoted."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE_LENGTH else line[: MAX_QUOTE_LENGTH - 1].rstrip() + "…"
