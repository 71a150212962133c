"""How a text is billed: its encoding and its parts, as Twilio's own calculator counts them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.texts.grapheme_clusters import (
    compile_joining_pattern,
    find_joining_characters,
    split_clusters,
)

MAX_MESSAGE_CHARACTERS = 1600  # characters Twilio takes in one text (error 21617 above it)
GSM7_SINGLE_SEGMENT_UNITS, GSM7_MULTI_SEGMENT_UNITS = (
    160,
    153,
)  # septets in a text of one part, and in each part of a longer one
UCS2_SINGLE_SEGMENT_UNITS, UCS2_MULTI_SEGMENT_UNITS = 70, 67  # 16-bit units

GSM7_BASIC_CHARACTERS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENDED_CHARACTERS = "\f^{}\\[~]|€"  # cost two units each: an escape and the sign
GSM7_ESCAPE = "\x1b"
GSM7_CHARACTERS = frozenset(GSM7_BASIC_CHARACTERS + GSM7_EXTENDED_CHARACTERS)
GSM7_TEXT_PATTERN = re.compile(f"[{re.escape(GSM7_BASIC_CHARACTERS + GSM7_EXTENDED_CHARACTERS)}]*")
SURROGATE_PAIR_PATTERN = re.compile("[\U00010000-\U0010ffff]")
GSM7_EXTENDED_PATTERN = re.compile(f"[{re.escape(GSM7_EXTENDED_CHARACTERS)}]")

# Signs that word processors and phones put in unasked, and what a reader takes for the same.
GSM7_REPLACEMENTS = {
    **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys(
        "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
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


class SmsEncoding(StrEnum):
    """The two alphabets of a text; one sign outside GSM-7 moves the whole text to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class SegmentMeasurement:
    """What a text weighs. `units` and `left` are septets in GSM-7 and 16-bit units in UCS-2."""

    encoding: SmsEncoding
    units: int
    segments: int
    units_left: int


def measure_segments(text: str) -> SegmentMeasurement:
    """Encoding, units, billed segments (the empty text counts as one) and units free in the
    last segment.
    """
    if GSM7_TEXT_PATTERN.fullmatch(text):
        return _measure_units(
            SmsEncoding.GSM7,
            GSM7_EXTENDED_PATTERN.sub(GSM7_ESCAPE + "e", text),
            GSM7_SINGLE_SEGMENT_UNITS,
            GSM7_MULTI_SEGMENT_UNITS,
        )
    size = count_utf16_units(text)
    if size <= UCS2_SINGLE_SEGMENT_UNITS:
        return SegmentMeasurement(SmsEncoding.UCS2, size, 1, UCS2_SINGLE_SEGMENT_UNITS - size)
    return _measure_units(
        SmsEncoding.UCS2,
        _encode_utf16_units(text),
        UCS2_SINGLE_SEGMENT_UNITS,
        UCS2_MULTI_SEGMENT_UNITS,
    )


def count_utf16_units(text: str) -> int:
    """Length as browsers and Twilio count it against LIMIT: most emoji are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def find_costly_characters(text: str) -> list[tuple[str, str]]:
    """Signs that push the text out of GSM-7, each once, in order, with the plain text a reader
    takes for it.
    """
    return [
        (sign, GSM7_REPLACEMENTS[sign]) for sign in dict.fromkeys(text) if sign in GSM7_REPLACEMENTS
    ]


def replace_costly_characters(text: str) -> str:
    """The text with every costly sign replaced by its plain one. Letters and emoji stay."""
    return text.translate(_GSM7_REPLACEMENT_TABLE)


def _encode_utf16_units(text: str) -> str:
    """One character per 16-bit unit; all units of a cluster but the last become ESCAPE, so that
    they stay together.
    """
    text = text.replace(GSM7_ESCAPE, "e")
    signs = find_joining_characters(text)
    if signs:
        text = compile_joining_pattern(signs).sub(
            lambda found: _mark_inseparable_units(found[0]), text
        )
    return SURROGATE_PAIR_PATTERN.sub(GSM7_ESCAPE + "e", text)


@lru_cache(maxsize=4096)
def _mark_inseparable_units(stretch: str) -> str:
    sizes = [(cluster, count_utf16_units(cluster)) for cluster in split_clusters(stretch)]
    return "".join(
        GSM7_ESCAPE * (size - 1) + "e" if size <= UCS2_MULTI_SEGMENT_UNITS else cluster
        for cluster, size in sizes
    )


def _measure_units(encoding: SmsEncoding, units: str, single: int, part: int) -> SegmentMeasurement:
    size = len(units)
    if size <= single:
        return SegmentMeasurement(encoding, size, 1, single - size)
    start = segments = last = 0
    while start < size:
        end = start + part
        while end < size and units[end - 1] == GSM7_ESCAPE:
            end -= 1  # what belongs together is never split: it moves to the next segment
        segments, last, start = segments + 1, size - start, end
    return SegmentMeasurement(encoding, size, segments, part - last)
