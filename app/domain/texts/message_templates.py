"""Placeholders in a text, and what is left of a text when everything invisible or dangerous is
out of it.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.domain.phones.display_names import extract_first_name

DEFAULT_OPT_OUT_FOOTER = "Reply STOP to opt out."
NAME_PLACEHOLDERS: dict[str, str] = {
    "first_name": "First name",
    "name": "Name",
    "full_name": "Full name",
}
# Only where a text is about an event; the same for everybody who comes to it.
EVENT_PLACEHOLDERS: dict[str, str] = {
    "event_title": "Event title",
    "event_date": "Event date",
    "event_time": "Event time",
    "event_place": "Event place",
}
# What stands for them where a text is named, not sent.
GENERIC_EVENT_VALUES = {
    "event_title": "the event",
    "event_date": "its day",
    "event_time": "its time",
    "event_place": "its place",
}

PLACEHOLDER_PATTERN = re.compile(r"\{([^{}]*)\}")
NESTED_BRACES_PATTERN = re.compile(r"\{[^{}]*\{|\}[^{}]*\}")


class TemplatePiece(NamedTuple):
    """Plain text, or the place of a token (then `token` is its name or None, and `fallback`
    what stands in for it).
    """

    text: str
    placeholder: str | None = None
    fallback: str | None = None


def list_template_problems(template: str, *, of_event: bool = False) -> list[str]:
    """What keeps the template from being filled in, one sentence each; [] when it can be.

    `of_event`: whether it goes to the people of an event, so that the event's placeholders can
    be filled in.
    """
    found = []
    for written in dict.fromkeys(PLACEHOLDER_PATTERN.findall(template)):
        token = _find_placeholder(written)
        if token is None:
            found.append(
                _explain_unknown_placeholder(
                    written,
                    [*NAME_PLACEHOLDERS, *EVENT_PLACEHOLDERS]
                    if of_event
                    else list(NAME_PLACEHOLDERS),
                )
            )
        elif token in EVENT_PLACEHOLDERS and not of_event:
            found.append(
                f"{{{token}}} can only be filled in for the people of an event. Choose one, or take it out."
            )
    rest = PLACEHOLDER_PATTERN.sub("\0", template)
    if re.search(r"\{\s*\0|\0\s*\}", rest) or NESTED_BRACES_PATTERN.search(rest):
        found.append(
            "Write placeholders with one brace on each side, like {first_name}, and not inside each other."
        )
    elif "{" in rest or "}" in rest:
        found.append(
            "A brace { or } stands alone. Placeholders look like {first_name}; other braces cannot be sent."
        )
    return found


def fill_template(template: str, name: str | None, event: Mapping[str, str] | None = None) -> str:
    """The text for one person, in a single pass: braces inside a name stay as they are.

    Never raises.

    `event`: what stands for the event's placeholders, by their names. Whatever is missing
    leaves its fallback, or nothing; the one space before nothing goes too (after it, at a
    line's start).
    """
    values = {**(event or {}), **_build_name_values(name)}
    out: list[str] = []
    at_line_start, swallow = True, False
    for piece in _split_template(template):
        text = (
            piece.text
            if piece.placeholder is None
            else values.get(piece.placeholder) or piece.fallback or ""
        )
        if piece.placeholder is None and swallow and text.startswith(" "):
            text = text[1:]
        swallow = False
        if text:
            out.append(text)
            at_line_start = text.endswith("\n")
        elif piece.placeholder is not None:
            swallow = at_line_start
            if out and out[-1].endswith(" "):
                out[-1] = out[-1][:-1]
    return "".join(out)


def has_name_placeholders(template: str) -> bool:
    """Whether the text differs from person to person."""
    return any(piece.placeholder in NAME_PLACEHOLDERS for piece in _split_template(template))


def has_name_without_fallback(template: str) -> bool:
    """Whether somebody without a name would get a text with a hole in it."""
    return any(
        piece.placeholder in NAME_PLACEHOLDERS and piece.fallback is None
        for piece in _split_template(template)
    )


def has_event_placeholders(template: str) -> bool:
    """Whether the text says something of its event, filled in when it leaves."""
    return any(piece.placeholder in EVENT_PLACEHOLDERS for piece in _split_template(template))


def append_footer(body: str, footer: str) -> str:
    """The body with the opt-out line on a line of its own, unless it says it already."""
    line = footer.strip()
    if not line or line.casefold() in body.casefold():
        return body
    return f"{body}\n{line}" if body else line


@lru_cache(maxsize=64)
def _split_template(template: str) -> tuple[TemplatePiece, ...]:
    """The template cut at its known tokens; what is no known token stays plain text."""
    pieces, start = [], 0
    for match in PLACEHOLDER_PATTERN.finditer(template):
        token = _find_placeholder(match[1])
        if token is None:
            continue
        _, bar, fallback = match[1].partition("|")
        pieces += [
            TemplatePiece(template[start : match.start()]),
            TemplatePiece("", token, fallback.strip() if bar else None),
        ]
        start = match.end()
    return tuple(
        piece
        for piece in [*pieces, TemplatePiece(template[start:])]
        if piece.placeholder or piece.text
    )


def _find_placeholder(written: str) -> str | None:
    """The name of the token somebody wrote between the braces, however they spelt it; None when
    there is none.
    """
    name = re.sub(r"\s+", "_", written.partition("|")[0].strip().casefold())
    return name if name in NAME_PLACEHOLDERS or name in EVENT_PLACEHOLDERS else None


def _explain_unknown_placeholder(written: str, known: Sequence[str]) -> str:
    name = written.partition("|")[0].strip()
    if not name:
        return "There is nothing between the braces {}. Placeholders look like {first_name}."
    shown = name if len(name) <= 40 else name[:39] + "…"
    near = difflib.get_close_matches(
        re.sub(r"[\s-]+", "_", name[:40].casefold()), known, n=1, cutoff=0.6
    )
    *first, last = [f"{{{token}}}" for token in known]
    advice = f"Did you mean {{{near[0]}}}?" if near else f"There are {', '.join(first)} and {last}."
    return f"{{{shown}}} is not a placeholder. {advice}"


def _build_name_values(name: str | None) -> dict[str, str]:
    full = (name or "").strip()
    if not full:
        return {}
    return {"name": full, "full_name": full, "first_name": extract_first_name(full)}
