"""Message templates: filling in the placeholders of a text for one person."""

from collections.abc import Iterable, Iterator, Mapping

from app.domain.texts.first_names import extract_first_name, is_no_name
from app.domain.texts.template_pieces import (
    ALL_PLACEHOLDERS as ALL_PLACEHOLDERS,
)
from app.domain.texts.template_pieces import (
    DATE_PLACEHOLDERS as DATE_PLACEHOLDERS,
)
from app.domain.texts.template_pieces import (
    EVENT_PLACEHOLDERS as EVENT_PLACEHOLDERS,
)
from app.domain.texts.template_pieces import (
    NAME_PLACEHOLDERS as NAME_PLACEHOLDERS,
)
from app.domain.texts.template_pieces import (
    ORGANISATION_PLACEHOLDERS as ORGANISATION_PLACEHOLDERS,
)
from app.domain.texts.template_pieces import (
    PLACEHOLDER_PATTERN as PLACEHOLDER_PATTERN,
)
from app.domain.texts.template_pieces import (
    TemplatePiece as TemplatePiece,
)
from app.domain.texts.template_pieces import (
    find_placeholder as find_placeholder,
)
from app.domain.texts.template_pieces import (
    split_template as split_template,
)
from app.domain.texts.template_problems import list_template_problems as list_template_problems

DEFAULT_OPT_OUT_FOOTER = "Reply STOP to opt out."
# Before these no space is left where conditional words are left out.
AFTER_GAP = (" ", "\n", ",", ".", "!", "?", ";", ":", ")")


def fill_template(template: str, name: str | None, event: Mapping[str, str] | None = None) -> str:
    """Return the text for one person. Never raises.

    `event` maps the event's placeholders to their values. A missing value leaves the fallback,
    or nothing; then one space beside it goes too, the one before, or after it at the start of a
    line. Filled in a single pass: braces inside a name stay as they are.
    """
    return fill_placeholders(template, {**(event or {}), **build_name_values(name)})


def fill_placeholders(
    template: str, values: Mapping[str, str], field_names: tuple[str, ...] = ()
) -> str:
    """Return the text with these values in it, as fill_template() says.

    `field_names`: the folded names of the fields whose placeholders are filled in too.
    """
    pieces: list[str] = []
    is_line_start = True
    skips_next_space = False
    closes_gap = False
    for text, is_filled_in in _iterate_filled(split_template(template, field_names), values):
        if text is None:
            skips_next_space, closes_gap = is_line_start, True
            continue
        if closes_gap and pieces and text.startswith(AFTER_GAP):
            pieces[-1] = pieces[-1].removesuffix(" ")
        if skips_next_space and not is_filled_in:
            text = text.removeprefix(" ")
        skips_next_space = closes_gap = False
        if text:
            pieces.append(text)
            is_line_start = text.endswith("\n")
        elif is_filled_in:
            skips_next_space = is_line_start
            if pieces:
                pieces[-1] = pieces[-1].removesuffix(" ")
    return "".join(pieces)


def _iterate_filled(
    pieces: Iterable[TemplatePiece], values: Mapping[str, str]
) -> Iterator[tuple[str | None, bool]]:
    """Yield each text, and whether it was filled in; None where conditional words are left out."""
    for piece in pieces:
        if piece.condition is not None and not values.get(piece.condition):
            # Once for all pieces that depend on it.
            if piece.mark:
                yield None, False
        elif piece.placeholder is not None:
            yield values.get(piece.placeholder) or piece.fallback or "", True
        elif piece.text:
            yield piece.text, False


def has_name_placeholders(template: str) -> bool:
    """Whether the text calls people by their names."""
    return bool(find_name_placeholders(template))


def find_name_placeholders(template: str) -> frozenset[str]:
    """Return which placeholders of names the text has."""
    return _find_placeholders(template).intersection(NAME_PLACEHOLDERS)


def has_first_name_placeholder(template: str) -> bool:
    """Whether the text calls people by their first name."""
    return "first_name" in _find_placeholders(template)


def has_name_without_fallback(template: str) -> bool:
    """Whether somebody without a name would get a text with a gap in it."""
    for piece in split_template(template):
        is_name = piece.placeholder in NAME_PLACEHOLDERS and piece.fallback is None
        if is_name and piece.condition not in NAME_PLACEHOLDERS:
            return True
    return False


def has_organisation_placeholders(template: str) -> bool:
    """Whether the text names the organisation."""
    return not _find_placeholders(template).isdisjoint(ORGANISATION_PLACEHOLDERS)


def has_event_placeholders(template: str) -> bool:
    """Whether the text mentions its event, to be filled in when it is sent."""
    return not _find_placeholders(template).isdisjoint(EVENT_PLACEHOLDERS)


def _find_placeholders(template: str) -> frozenset[str]:
    """Return what the text is filled in with, and what its conditions ask for."""
    pieces = split_template(template)
    conditions = {piece.condition for piece in pieces if piece.condition}
    return frozenset(piece.placeholder for piece in pieces if piece.placeholder) | conditions


def append_footer(body: str, footer: str) -> str:
    """Return the body with the opt-out line on a line of its own, unless it contains it."""
    line = footer.strip()
    if not line or line.casefold() in body.casefold():
        return body
    return f"{body}\n{line}" if body else line


def build_name_values(name: str | None) -> dict[str, str]:
    """Return what the placeholders of a person's name are filled with; {} without a name."""
    full_name = (name or "").strip()
    first_name = extract_first_name(full_name)
    # "NULL", "#N/A", "-": what a spreadsheet has where a name is missing.
    if not first_name and is_no_name(full_name):
        return {}
    return {"name": full_name, "full_name": full_name, "first_name": first_name}
