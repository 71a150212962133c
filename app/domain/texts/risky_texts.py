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
    "tiny.cc",
    "v.gd",
    "bl.ink",
)
_SHORTENER = re.compile(
    r"(?<![\w.-])(?:www\.)?("
    + "|".join(map(re.escape, PUBLIC_SHORTENERS))
    + r")(?=/|\b(?![.\w-]))",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
MIN_SHOUTED_LETTERS = 15
SHOUTED_SHARE = 0.6


def find_public_shorteners(text: str) -> list[str]:
    """Return the public link shorteners that a text uses, each once, in its order."""
    return list(dict.fromkeys(match.group(1).lower() for match in _SHORTENER.finditer(text)))


def is_shouting(text: str) -> bool:
    """Whether a text is written mostly in capitals; scripts without capitals never are."""
    letters = [letter for letter in _PLACEHOLDER.sub("", text) if letter.isalpha()]
    cased = [letter for letter in letters if letter.lower() != letter.upper()]
    if len(cased) < MIN_SHOUTED_LETTERS:
        return False
    return sum(letter.isupper() for letter in cased) > SHOUTED_SHARE * len(cased)
