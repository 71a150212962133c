"""How a text is billed: its encoding and its segments, as Twilio's own calculator counts them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.texts.grapheme_clusters import (
    compile_joining_pattern,
    find_joining_characters,
    split_clusters,
)

# Twilio refuses a longer text with error 21617.
MAX_MESSAGE_CHARACTERS = 1600
# Septets in a text of one segment, and in each segment of a longer one: there 7 septets hold the
# header that joins the segments.
GSM7_SINGLE_SEGMENT_UNITS = 160
GSM7_MULTI_SEGMENT_UNITS = 153
# The same in 16-bit units.
UCS2_SINGLE_SEGMENT_UNITS = 70
UCS2_MULTI_SEGMENT_UNITS = 67

GSM7_BASIC_CHARACTERS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# They cost two units each: an escape and the character.
GSM7_EXTENDED_CHARACTERS = "\f^{}\\[~]|€"
GSM7_ESCAPE = "\x1b"
GSM7_CHARACTERS = frozenset(GSM7_BASIC_CHARACTERS + GSM7_EXTENDED_CHARACTERS)
GSM7_TEXT_PATTERN = re.compile(f"[{re.escape(GSM7_BASIC_CHARACTERS + GSM7_EXTENDED_CHARACTERS)}]*")
GSM7_EXTENDED_PATTERN = re.compile(f"[{re.escape(GSM7_EXTENDED_CHARACTERS)}]")
SURROGATE_PAIR_PATTERN = re.compile("[\U00010000-\U0010ffff]")
# While segments are counted, a text is one character a unit: an escape means that the next unit
# must stay in the same segment, and any other character stands for itself.
PLAIN_UNIT = "e"

# Characters that word processors and phones put in unasked, and what a reader takes for the same.
GSM7_REPLACEMENTS = {
    **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys(
        "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
        "\u200a\u202f\u205f\u3000",
        " ",
    ),
    **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
    **dict.fromkeys("\u2028\u2029", "\n"),
    **dict.fromkeys("•·", "-"),
    "…": "...",
    "‹": "<",
    "›": ">",
    "×": "x",
    "⁄": "/",
}
_GSM7_REPLACEMENT_TABLE = str.maketrans(GSM7_REPLACEMENTS)
COSTLY_CHARACTER_NAMES = {
    "\t": "a tab",
    "\u00a0": "a no-break space",
    "\u202f": "a narrow space",
    "’": "the curly apostrophe (’)",
    "“": "the curly quotation mark (“)",
    "”": "the curly quotation mark (”)",
    "–": "the long dash (–)",
    "—": "the long dash (—)",
    "…": "the ellipsis (…)",
}
# What joins or colours an emoji is not named by itself.
EMOJI_MODIFIERS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


class SmsEncoding(StrEnum):
    """The two alphabets of a text; one character outside GSM-7 moves the whole text to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class SegmentMeasurement:
    """The size of a text.

    `units` and `units_left` (free in the last segment) are septets in GSM-7 and 16-bit units in
    UCS-2.
    """

    encoding: SmsEncoding
    units: int
    segments: int
    units_left: int


def measure_segments(text: str) -> SegmentMeasurement:
    """Return the encoding, the units and the billed segments; the empty text counts as one."""
    if GSM7_TEXT_PATTERN.fullmatch(text):
        return _measure_units(
            SmsEncoding.GSM7,
            GSM7_EXTENDED_PATTERN.sub(GSM7_ESCAPE + PLAIN_UNIT, text),
            GSM7_SINGLE_SEGMENT_UNITS,
            GSM7_MULTI_SEGMENT_UNITS,
        )
    units = count_utf16_units(text)
    # Most texts with an emoji are short: no cluster needs to be found in a single segment.
    if units <= UCS2_SINGLE_SEGMENT_UNITS:
        return SegmentMeasurement(SmsEncoding.UCS2, units, 1, UCS2_SINGLE_SEGMENT_UNITS - units)
    return _measure_units(
        SmsEncoding.UCS2,
        _encode_utf16_units(text),
        UCS2_SINGLE_SEGMENT_UNITS,
        UCS2_MULTI_SEGMENT_UNITS,
    )


def count_utf16_units(text: str) -> int:
    """Return the length as browsers and Twilio count it: most emoji are two.

    It is the one to compare with MAX_MESSAGE_CHARACTERS.
    """
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def find_costly_characters(text: str) -> list[tuple[str, str]]:
    """Return the replaceable characters that push the text out of GSM-7, with replacements.

    In order, without repeats.
    """
    costly = (character for character in dict.fromkeys(text) if character in GSM7_REPLACEMENTS)
    return [(character, GSM7_REPLACEMENTS[character]) for character in costly]


def replace_costly_characters(text: str) -> str:
    """Return the text with every costly character replaced; letters and emoji stay."""
    return text.translate(_GSM7_REPLACEMENT_TABLE)


def describe_costly_character(character: str) -> str:
    """Return what a costly character is called in a sentence."""
    if character in COSTLY_CHARACTER_NAMES:
        return COSTLY_CHARACTER_NAMES[character]
    return f"“{character}”" if character.isprintable() else "an invisible character"


def find_costly_symbols(text: str) -> list[str]:
    """Return the emoji and other symbols outside GSM-7 that have no replacement.

    Letters are none: they belong to the language of the text.
    """
    symbols = []
    for character in dict.fromkeys(text):
        is_plain = character in GSM7_CHARACTERS or character in GSM7_REPLACEMENTS
        if not is_plain and not character.isalpha() and not EMOJI_MODIFIERS.match(character):
            symbols.append(character)
    return symbols


def remove_costly_symbols(text: str, symbols: Sequence[str]) -> str:
    """Return the text without these symbols, its other costly characters replaced."""
    characters = (
        character for character in replace_costly_characters(text) if character not in symbols
    )
    return EMOJI_MODIFIERS.sub("", "".join(characters))


def _encode_utf16_units(text: str) -> str:
    """Return one character a 16-bit unit; all units of a cluster but the last are escapes."""
    text = text.replace(GSM7_ESCAPE, PLAIN_UNIT)
    joining = find_joining_characters(text)
    if joining:
        text = compile_joining_pattern(joining).sub(
            lambda match: _mark_inseparable_units(match[0]), text
        )
    return SURROGATE_PAIR_PATTERN.sub(GSM7_ESCAPE + PLAIN_UNIT, text)


# Cached: a blast has the same emoji in each of up to 100,000 texts, and cutting is slow.
@lru_cache(maxsize=4096)
def _mark_inseparable_units(stretch: str) -> str:
    return "".join(_iterate_marked_clusters(stretch))


def _iterate_marked_clusters(stretch: str) -> Iterator[str]:
    for cluster in split_clusters(stretch):
        size = count_utf16_units(cluster)
        if size > UCS2_MULTI_SEGMENT_UNITS:
            # Longer than a segment, so it must be split anywhere.
            yield cluster
        else:
            yield GSM7_ESCAPE * (size - 1) + PLAIN_UNIT


def _measure_units(
    encoding: SmsEncoding, units: str, single_size: int, multi_size: int
) -> SegmentMeasurement:
    size = len(units)
    if size <= single_size:
        return SegmentMeasurement(encoding, size, 1, single_size - size)
    start = 0
    segments = 0
    last_segment_size = 0
    while start < size:
        end = start + multi_size
        # What belongs together is never split: it moves to the next segment.
        while end < size and units[end - 1] == GSM7_ESCAPE:
            end -= 1
        segments += 1
        last_segment_size = size - start
        start = end
    return SegmentMeasurement(encoding, size, segments, multi_size - last_segment_size)
