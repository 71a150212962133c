"""Signs a reader sees as one: a flag, a family, a letter with its accents.

Twilio's calculator never cuts one in two.

The rules are the extended grapheme clusters of Unicode 10, because that calculator uses these
and not newer ones: an emoji joined from parts that Unicode 10 does not know counts as its
parts.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import chain

JOINER = "\u200d"
FLAG = "\U0001f1e6-\U0001f1ff"
SKIN = "\U0001f3fb-\U0001f3ff"
PERSON = "\U0001f466-\U0001f469"
JOINED = (
    "\u2640\u2642\u2695\u2696\u2708\u2764\U0001f308\U0001f33e\U0001f373\U0001f393\U0001f3a4\U0001f3a8\U0001f3eb"
    "\U0001f3ed\U0001f48b\U0001f4bb\U0001f4bc\U0001f527\U0001f52c\U0001f5e8\U0001f680\U0001f692"
)
COLOURED = (
    "\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc\U0001f442\U0001f443"
    "\U0001f446-\U0001f450\U0001f46e\U0001f470-\U0001f478\U0001f47c\U0001f481-\U0001f483\U0001f485-\U0001f487"
    "\U0001f4aa\U0001f574\U0001f575\U0001f57a\U0001f590\U0001f595\U0001f596\U0001f645-\U0001f647"
    "\U0001f64b-\U0001f64f\U0001f6a3\U0001f6b4-\U0001f6b6\U0001f6c0\U0001f6cc\U0001f918-\U0001f91c\U0001f91e"
    "\U0001f91f\U0001f926\U0001f930-\U0001f939\U0001f93d\U0001f93e\U0001f9d1-\U0001f9dd"
    + PERSON
)
HANGUL = "\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"
LEADING, VOWEL, TRAILING = (
    "\u1100-\u115f\ua960-\ua97c",
    "\u1160-\u11a7\ud7b0-\ud7c6",
    "\u11a8-\u11ff\ud7cb-\ud7fb",
)
# Burmese and Tai vowel signs that stand on their own, though they are spacing marks by category.
STANDING = "\u102b\u102c\u1038\u1062-\u1064\u1067-\u106d\u1083\u1087-\u108c\u108f\u109a-\u109c\u1a61\u1a63\u1a64\uaa7b\uaa7d"
BEFORE = "\u0600-\u0605\u06dd\u070f\u08e2\u0d4e\U000110bd"  # signs that belong to the next one


def clusters(text: str) -> Iterator[str]:
    """The text cut into clusters; joined again they are the text."""
    return (match[0] for match in _cluster().finditer(text))


def joining(text: str) -> frozenset[str]:
    """The signs in the text that can make a cluster longer than one sign; mostly none."""
    return _joining_signs().intersection(text)


@lru_cache(maxsize=256)
def around(signs: frozenset[str]) -> re.Pattern[str]:
    """The stretches of a text that hold every cluster longer than one sign, when `signs` are
    its joining signs.

    Cutting a whole text is slow; between these stretches every sign is a cluster.
    """
    return re.compile(f"(?:.?[{re.escape(''.join(sorted(signs)))}])+.?", re.DOTALL)


@cache
def _cluster() -> re.Pattern[str]:
    control = _as_class(
        lambda sign: unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    )
    mark = _as_class(_is_mark)
    spacing = _as_class(_is_spacing)
    alone = rf"(?![\u200c\u200d{BEFORE}])[{control}]"
    coloured = f"[{COLOURED}](?:[{mark}]*[{SKIN}])?"
    joined = f"{JOINER}(?:[{PERSON}](?:[{mark}]*[{SKIN}])?|[{JOINED}])?"
    syllable = f"[{LEADING}]*(?:[\uac00-\ud7a3]|[{VOWEL}])[{VOWEL}]*[{TRAILING}]*|[{LEADING}]+|[{TRAILING}]+"
    first = f"[{FLAG}]{{2}}|{coloured}|{syllable}|{joined}|(?!{alone})."
    follows = rf"(?:(?![{STANDING}])[{mark}{spacing}]|{joined})*"
    return re.compile(f"{alone}|[{BEFORE}]*(?:{first}){follows}|[{BEFORE}]+", re.DOTALL)


@cache
def _joining_signs() -> frozenset[str]:
    always = re.compile(f"[{JOINER}{FLAG}{SKIN}{HANGUL}{BEFORE}]")
    return frozenset(
        sign
        for sign in _signs()
        if _is_mark(sign) or _is_spacing(sign) or always.match(sign)
    )


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Me") or sign == "\u200c"


def _is_spacing(sign: str) -> bool:
    return unicodedata.category(sign) == "Mc" or sign in "\u0e33\u0eb3"


def _signs() -> Iterator[str]:
    """Every sign that could be a mark: the planes beyond hold ideographs and tags only."""
    return map(chr, chain(range(0x20000), range(0xE0100, 0xE01F0)))


def _as_class(belongs: Callable[[str], bool]) -> str:
    """The inside of a character class of all signs that belong."""
    found: list[list[int]] = []
    for code in map(ord, filter(belongs, _signs())):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(
        f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in found
    )
