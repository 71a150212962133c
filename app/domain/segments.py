"""How a text is billed: its encoding and its parts, as Twilio's own calculator counts them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.clusters import around, clusters, joining

LIMIT = 1600  # characters Twilio takes in one text (error 21617 above it)
GSM7_SINGLE, GSM7_PART = (
    160,
    153,
)  # septets in a text of one part, and in each part of a longer one
UCS2_SINGLE, UCS2_PART = 70, 67  # 16-bit units

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"  # cost two units each: an escape and the sign
ESCAPE = "\x1b"
GSM = frozenset(BASIC + EXTENDED)
GSM_TEXT = re.compile(f"[{re.escape(BASIC + EXTENDED)}]*")
BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")
EXTENDED_SIGN = re.compile(f"[{re.escape(EXTENDED)}]")

# Signs that word processors and phones put in unasked, and what a reader takes for the same.
PLAIN = {
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
_PLAIN_TABLE = str.maketrans(PLAIN)


class Encoding(StrEnum):
    """The two alphabets of a text; one sign outside GSM-7 moves the whole text to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text weighs. `units` and `left` are septets in GSM-7 and 16-bit units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int
    left: int


def measure(text: str) -> Measure:
    """Encoding, units, billed segments (the empty text counts as one) and units free in the
    last segment.
    """
    if GSM_TEXT.fullmatch(text):
        return _measure(
            Encoding.GSM7, EXTENDED_SIGN.sub(ESCAPE + "e", text), GSM7_SINGLE, GSM7_PART
        )
    size = characters(text)
    if size <= UCS2_SINGLE:
        return Measure(Encoding.UCS2, size, 1, UCS2_SINGLE - size)
    return _measure(Encoding.UCS2, _as_units(text), UCS2_SINGLE, UCS2_PART)


def characters(text: str) -> int:
    """Length as browsers and Twilio count it against LIMIT: most emoji are two."""
    return (
        len(text)
        if text.isascii()
        else len(text.encode("utf-16-le", "surrogatepass")) // 2
    )


def costly_characters(text: str) -> list[tuple[str, str]]:
    """Signs that push the text out of GSM-7, each once, in order, with the plain text a reader
    takes for it.
    """
    return [(sign, PLAIN[sign]) for sign in dict.fromkeys(text) if sign in PLAIN]


def plain(text: str) -> str:
    """The text with every costly sign replaced by its plain one. Letters and emoji stay."""
    return text.translate(_PLAIN_TABLE)


def _as_units(text: str) -> str:
    """One character per 16-bit unit; all units of a cluster but the last become ESCAPE, so that
    they stay together.
    """
    text = text.replace(ESCAPE, "e")
    signs = joining(text)
    if signs:
        text = around(signs).sub(lambda found: _kept_together(found[0]), text)
    return BEYOND_16_BITS.sub(ESCAPE + "e", text)


@lru_cache(maxsize=4096)
def _kept_together(stretch: str) -> str:
    sizes = [(cluster, characters(cluster)) for cluster in clusters(stretch)]
    return "".join(
        ESCAPE * (size - 1) + "e" if size <= UCS2_PART else cluster
        for cluster, size in sizes
    )


def _measure(encoding: Encoding, units: str, single: int, part: int) -> Measure:
    size = len(units)
    if size <= single:
        return Measure(encoding, size, 1, single - size)
    start = segments = last = 0
    while start < size:
        end = start + part
        while end < size and units[end - 1] == ESCAPE:
            end -= (
                1  # what belongs together is never split: it moves to the next segment
            )
        segments, last, start = segments + 1, size - start, end
    return Measure(encoding, size, segments, part - last)
