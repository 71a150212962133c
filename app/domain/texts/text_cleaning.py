"""What is kept of a typed text: no control characters, nothing that turns text around."""

import re

from app.domain.texts.name_folding import compose_name

# Bidirectional controls reverse what follows: "exe.png" can be made of "gnp.exe".
BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE_CHARACTERS = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064"
    "\u2800\u3164\ufe0e\ufe0f\ufeff\uffa0"
)
_BLANK_PATTERN = re.compile(f"[\\s{INVISIBLE_CHARACTERS}]*")
# Controls but tab and line feed, halves of surrogate pairs, and bidirectional controls.
_UNSAFE_CHARACTERS_PATTERN = re.compile(
    f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff{BIDI_CONTROLS}]"
)


def clean_text(text: str) -> str:
    """Return a typed text as it may be stored and sent: no unsafe characters, lines end in \\n."""
    with_line_feeds = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE_CHARACTERS_PATTERN.sub("", with_line_feeds).strip()


def clean_name(text: str) -> str | None:
    """Return a typed name as it may be stored, on one line with single spaces, composed (NFC).

    None when a reader would see nothing. The length is not checked.
    """
    on_one_line = " ".join(text.split())
    name = " ".join(_UNSAFE_CHARACTERS_PATTERN.sub("", on_one_line).split())
    if is_blank_text(name):
        return None
    return compose_name(name.strip("\u200b\u2060\ufeff "))


def is_blank_text(text: str) -> bool:
    """Whether a reader would see nothing at all."""
    return _BLANK_PATTERN.fullmatch(text) is not None


def capitalize_first(text: str) -> str:
    """Return the text with a capital first letter; the others stay, unlike str.capitalize()."""
    return text[:1].upper() + text[1:]
