"""How pages name the placeholders of a text: chips in boxes and lists, words in titles."""

from collections.abc import Mapping

from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.template_pieces import (
    ALL_PLACEHOLDERS,
    EVENT_PLACEHOLDERS,
    ORGANISATION_PLACEHOLDERS,
    TemplatePiece,
    split_template,
)
from app.domain.texts.text_cleaning import capitalize_first

DEFAULT_FALLBACK = "friend"
# What pages offer, as (what is written into the text, label).
NAME_CHIPS = [
    (f"{{first_name|{DEFAULT_FALLBACK}}}", ALL_PLACEHOLDERS["first_name"]),
    (f"{{full_name|{DEFAULT_FALLBACK}}}", ALL_PLACEHOLDERS["full_name"]),
]
ORGANISATION_CHIPS = [(f"{{{token}}}", label) for token, label in ORGANISATION_PLACEHOLDERS.items()]
# {due_date} is another word for the date, which pages do not offer.
EVENT_CHIPS = [
    (f"{{{token}}}", label) for token, label in EVENT_PLACEHOLDERS.items() if token != "due_date"
]


def describe_chip(piece: TemplatePiece) -> str:
    """Return what a chip says, "First name or “friend”", "if First name"; "" for plain text."""
    if piece.mark:
        return f"if {name_placeholder(piece.condition)}" if piece.condition else piece.mark
    if piece.placeholder is None:
        return ""
    label = name_placeholder(piece.placeholder)
    return f"{label} or “{piece.fallback}”" if piece.fallback else label


def describe_template(template: str, event_values: Mapping[str, str] | None = None) -> str:
    """Return the text on one line for a title: known values, else fallbacks, else "[Date]"."""
    values = event_values or {}
    pieces = split_template(template, find_field_names(template))
    words = "".join(_describe_piece(piece, values) for piece in pieces)
    return " ".join(words.split())


def _describe_piece(piece: TemplatePiece, event_values: Mapping[str, str]) -> str:
    if piece.placeholder is None:
        return piece.text
    value = event_values.get(piece.placeholder) or piece.fallback
    return value or f"[{name_placeholder(piece.placeholder)}]"


def name_placeholder(placeholder: str) -> str:
    """Return its label; of a field its name, which begins with a capital."""
    return ALL_PLACEHOLDERS.get(placeholder) or capitalize_first(placeholder)


def cut_at_word(line: str, max_length: int) -> str:
    """Return the line with at most `max_length` characters, cut before a word, with "…"."""
    if len(line) <= max_length:
        return line
    cut = line[: max_length - 1]
    # A single word that is longer than the line is cut anywhere.
    if not line[max_length - 1].isspace() and " " in cut:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" .,;:!?–-") + "…"
