"""What carriers filter or readers dislike in a text: links of public shorteners, shouting."""

import re

# Carriers block them: senders of spam hide behind them.
PUBLIC_SHORTENERS = (
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "t.co",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "rebrand.ly",
    "cutt.ly",
    "shorturl.at",
    "rb.gy",
    "t.ly",
    "lnkd.in",
    "s.id",
    "bitly.com",
    "tiny.cc",
    "v.gd",
    "bl.ink",
)
_SHORTENER = re.compile(
    r"(?<![\w.-])(?:www\.)?(" + "|".join(map(re.escape, PUBLIC_SHORTENERS)) + r")(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_PLACEHOLDER_OR_LINK = re.compile(r"\{[^{}]*\}|https?://\S+")
_WORD = re.compile(r"[^\W\d_]+")
MIN_SHOUTED_LETTERS = 15
SHOUTED_SHARE = 0.6
MAX_ACRONYM_LETTERS = 5


def find_public_shorteners(text: str) -> list[str]:
    """Return the public link shorteners that a text uses, each once, in its order."""
    return list(dict.fromkeys(match.group(1).lower() for match in _SHORTENER.finditer(text)))


def is_shouting(text: str) -> bool:
    """Whether a text is written mostly in capitals; scripts without capitals never are.

    Words of up to five capitals may be acronyms, such as YMCA: without a longer word in capitals
    nothing is shouted.
    """
    words = _WORD.findall(_PLACEHOLDER_OR_LINK.sub("", text))
    cased = [word for word in words if word.lower() != word.upper()]
    capitals = [word for word in cased if word.isupper()]
    letter_count = sum(map(len, cased))
    longest = max(map(len, capitals), default=0)
    if letter_count < MIN_SHOUTED_LETTERS or longest <= MAX_ACRONYM_LETTERS:
        return False
    return sum(map(len, capitals)) > SHOUTED_SHARE * letter_count
