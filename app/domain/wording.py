"""Placeholders in a text, and what is left of a text when everything invisible or dangerous is
out of it.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

TITLES = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "rev",
        "sra",
        "srta",
        "herr",
        "frau",
        "mme",
        "mlle",
    }
)
DEFAULT_FOOTER = "Reply STOP to opt out."
TOKENS: dict[str, str] = {
    "first_name": "First name",
    "name": "Name",
    "full_name": "Full name",
}
# Only where a text is about an event; the same for everybody who comes to it.
EVENT_TOKENS: dict[str, str] = {
    "event_title": "Event title",
    "event_date": "Event date",
    "event_time": "Event time",
    "event_place": "Event place",
}
# What stands for them where a text is named, not sent.
ANY_EVENT = {
    "event_title": "the event",
    "event_date": "its day",
    "event_time": "its time",
    "event_place": "its place",
}

TOKEN = re.compile(r"\{([^{}]*)\}")
DOUBLED = re.compile(r"\{[^{}]*\{|\}[^{}]*\}")
BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # turn text around: "exe.png" from "gnp.exe"
UNSEEN = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164\ufe0e\ufe0f\ufeff\uffa0"
_BLANK = re.compile(f"[\\s{UNSEEN}]*")
_NOT_KEPT = re.compile(
    f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff{BIDI_CONTROLS}]"
)


class Piece(NamedTuple):
    """Plain text, or the place of a token (then `token` is its name or None, and `fallback`
    what stands in for it).
    """

    text: str
    token: str | None = None
    fallback: str | None = None


def problems_with(template: str, *, of_event: bool = False) -> list[str]:
    """What keeps the template from being filled in, one sentence each; [] when it can be.

    `of_event`: whether it goes to the people of an event, so that the event's placeholders can
    be filled in.
    """
    found = []
    for written in dict.fromkeys(TOKEN.findall(template)):
        token = _token(written)
        if token is None:
            found.append(
                _unknown(
                    written, [*TOKENS, *EVENT_TOKENS] if of_event else list(TOKENS)
                )
            )
        elif token in EVENT_TOKENS and not of_event:
            found.append(
                f"{{{token}}} can only be filled in for the people of an event. Choose one, or take it out."
            )
    rest = TOKEN.sub("\0", template)
    if re.search(r"\{\s*\0|\0\s*\}", rest) or DOUBLED.search(rest):
        found.append(
            "Write placeholders with one brace on each side, like {first_name}, and not inside each other."
        )
    elif "{" in rest or "}" in rest:
        found.append(
            "A brace { or } stands alone. Placeholders look like {first_name}; other braces cannot be sent."
        )
    return found


def fill(
    template: str, name: str | None, event: Mapping[str, str] | None = None
) -> str:
    """The text for one person, in a single pass: braces inside a name stay as they are.

    Never raises.

    `event`: what stands for the event's placeholders, by their names. Whatever is missing
    leaves its fallback, or nothing; the one space before nothing goes too (after it, at a
    line's start).
    """
    values = {**(event or {}), **_values(name)}
    out: list[str] = []
    at_line_start, swallow = True, False
    for piece in _pieces(template):
        text = (
            piece.text
            if piece.token is None
            else values.get(piece.token) or piece.fallback or ""
        )
        if piece.token is None and swallow and text.startswith(" "):
            text = text[1:]
        swallow = False
        if text:
            out.append(text)
            at_line_start = text.endswith("\n")
        elif piece.token is not None:
            swallow = at_line_start
            if out and out[-1].endswith(" "):
                out[-1] = out[-1][:-1]
    return "".join(out)


def uses_names(template: str) -> bool:
    """Whether the text differs from person to person."""
    return any(piece.token in TOKENS for piece in _pieces(template))


def needs_name_without_fallback(template: str) -> bool:
    """Whether somebody without a name would get a text with a hole in it."""
    return any(
        piece.token in TOKENS and piece.fallback is None for piece in _pieces(template)
    )


def uses_event(template: str) -> bool:
    """Whether the text says something of its event, filled in when it leaves."""
    return any(piece.token in EVENT_TOKENS for piece in _pieces(template))


def clean(text: str) -> str:
    """A typed text as it may be stored and sent: \\n line ends; no controls, bidi overrides or
    halves of pairs.
    """
    return _NOT_KEPT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_name(text: str) -> str | None:
    """A typed name as it may be stored, on one line with single spaces; None when there is
    nothing to see.

    The length is not judged here.
    """
    kept = " ".join(_NOT_KEPT.sub("", " ".join(text.split())).split())
    return None if is_blank(kept) else kept.strip("\u200b\u2060\ufeff ")


def first_name(name: str | None) -> str:
    """What a person is called: the first word after any title, or the second of 'Lovelace,
    Ada'; '' without a name.
    """
    written = (name or "").split()
    words = [
        word for word in written if word.strip(".").casefold() not in TITLES
    ] or written
    if len(words) > 1 and words[0].endswith(","):
        return words[1].rstrip(",")
    return words[0].rstrip(",") if words else ""


def with_footer(body: str, footer: str) -> str:
    """The body with the opt-out line on a line of its own, unless it says it already."""
    line = footer.strip()
    if not line or line.casefold() in body.casefold():
        return body
    return f"{body}\n{line}" if body else line


def is_blank(text: str) -> bool:
    """Whether a person would see nothing at all."""
    return _BLANK.fullmatch(text) is not None


@lru_cache(maxsize=64)
def _pieces(template: str) -> tuple[Piece, ...]:
    """The template cut at its known tokens; what is no known token stays plain text."""
    pieces, start = [], 0
    for match in TOKEN.finditer(template):
        token = _token(match[1])
        if token is None:
            continue
        _, bar, fallback = match[1].partition("|")
        pieces += [
            Piece(template[start : match.start()]),
            Piece("", token, fallback.strip() if bar else None),
        ]
        start = match.end()
    return tuple(
        piece
        for piece in [*pieces, Piece(template[start:])]
        if piece.token or piece.text
    )


def _token(written: str) -> str | None:
    """The name of the token somebody wrote between the braces, however they spelt it; None when
    there is none.
    """
    name = re.sub(r"\s+", "_", written.partition("|")[0].strip().casefold())
    return name if name in TOKENS or name in EVENT_TOKENS else None


def _unknown(written: str, known: Sequence[str]) -> str:
    name = written.partition("|")[0].strip()
    if not name:
        return "There is nothing between the braces {}. Placeholders look like {first_name}."
    shown = name if len(name) <= 40 else name[:39] + "…"
    near = difflib.get_close_matches(
        re.sub(r"[\s-]+", "_", name[:40].casefold()), known, n=1, cutoff=0.6
    )
    *first, last = [f"{{{token}}}" for token in known]
    advice = (
        f"Did you mean {{{near[0]}}}?"
        if near
        else f"There are {', '.join(first)} and {last}."
    )
    return f"{{{shown}}} is not a placeholder. {advice}"


def _values(name: str | None) -> dict[str, str]:
    full = (name or "").strip()
    if not full:
        return {}
    return {"name": full, "full_name": full, "first_name": first_name(full)}
