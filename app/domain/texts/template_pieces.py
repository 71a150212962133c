"""The pieces of a template: plain text, placeholders, and words that depend on a condition."""

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import NamedTuple

from app.domain.texts.template_fields import fold_field_name

# {name} is another spelling of {full_name}, which pages do not offer.
NAME_PLACEHOLDERS: dict[str, str] = {
    "first_name": "First name",
    "name": "Full name",
    "full_name": "Full name",
}
# In every text.
ORGANISATION_PLACEHOLDERS: dict[str, str] = {"org_name": "Organization"}
# Only in texts about an event. Their values are the same for everybody who comes to it.
EVENT_PLACEHOLDERS: dict[str, str] = {
    "event_title": "Event",
    "event_date": "Date",
    "event_time": "Time",
    "event_place": "Place",
    "days_until": "Days until",
    "days_since": "Days since",
    "due_date": "Due date",
}
# They mean nothing while the event has no date.
DATE_PLACEHOLDERS = frozenset({"days_until", "days_since", "due_date"})
# Newer than fields are: an organisation's field that had such a name before keeps its meaning.
LATER_PLACEHOLDERS = frozenset({"org_name", *DATE_PLACEHOLDERS})
ALL_PLACEHOLDERS = {**NAME_PLACEHOLDERS, **ORGANISATION_PLACEHOLDERS, **EVENT_PLACEHOLDERS}

PLACEHOLDER_PATTERN = re.compile(r"\{([^{}]*)\}")
# {if Voice part}Rehearsal for {Voice part} …{end}
CONDITION_PATTERN = re.compile(r"\s*if\s+(\S[^{}]*)", re.IGNORECASE)
CONDITION_END = "end"


class TemplatePiece(NamedTuple):
    """A stretch of plain text, or a placeholder with its fallback (None when it has none).

    `condition`: the placeholder that must have a value for this piece to be in the text, or None.
    `mark`: of {if …} and {end} themselves, which are no text, what they are.
    """

    text: str
    placeholder: str | None = None
    fallback: str | None = None
    condition: str | None = None
    mark: str = ""


class TemplateToken(NamedTuple):
    """What is written between two braces.

    `name`: of a placeholder with its fallback, and of {if …} what it asks for. `kind`:
    "placeholder", "if" or "end". `start` and `stop`: where it is, braces included.
    """

    name: str
    kind: str
    start: int
    stop: int


def iterate_tokens(template: str) -> Iterator[TemplateToken]:
    """Yield everything between braces in order.

    {end} is one of a condition only where one is open: a field may be called "End".
    """
    is_open = False
    for match in PLACEHOLDER_PATTERN.finditer(template):
        name, kind = match[1], "placeholder"
        if condition := CONDITION_PATTERN.fullmatch(name):
            name, kind = condition[1].strip(), "if"
            is_open = True
        elif is_open and name.strip().casefold() == CONDITION_END:
            kind, is_open = "end", False
        yield TemplateToken(name, kind, match.start(), match.end())


# Cached: a blast fills one template for up to 100,000 people.
@lru_cache(maxsize=64)
def split_template(template: str, field_names: tuple[str, ...] = ()) -> tuple[TemplatePiece, ...]:
    """Return the template cut at its known placeholders; an unknown one stays plain text.

    `field_names`: folded names of fields, which are known too.
    """
    return tuple(_iterate_pieces(template, field_names))


def _iterate_pieces(template: str, field_names: tuple[str, ...]) -> Iterator[TemplatePiece]:
    start = 0
    condition = None
    for token in iterate_tokens(template):
        placeholder = find_placeholder(token.name, field_names)
        if placeholder is None and token.kind != "end":
            continue
        if token.start > start:
            yield TemplatePiece(template[start : token.start], condition=condition)
        start = token.stop
        if token.kind == "placeholder":
            _, bar, fallback = token.name.partition("|")
            yield TemplatePiece("", placeholder, fallback.strip() if bar else None, condition)
            continue
        condition = placeholder if token.kind == "if" else None
        yield TemplatePiece("", condition=condition, mark=token.kind)
    if start < len(template):
        yield TemplatePiece(template[start:], condition=condition)


def find_placeholder(written: str, field_names: Container[str] = ()) -> str | None:
    """Return the placeholder that is written between braces, in any spelling, or None.

    A field comes before a placeholder of LATER_PLACEHOLDERS.
    """
    written_name = written.partition("|")[0].strip()
    name = re.sub(r"\s+", "_", written_name.casefold())
    if name in ALL_PLACEHOLDERS and name not in LATER_PLACEHOLDERS:
        return name
    folded = fold_field_name(written_name) if field_names else ""
    if folded in field_names:
        return folded
    return name if name in ALL_PLACEHOLDERS else None
