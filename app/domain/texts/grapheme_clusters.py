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

ZERO_WIDTH_JOINER = "\u200d"
FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
SKIN_TONES = "\U0001f3fb-\U0001f3ff"
PERSON_EMOJI = "\U0001f466-\U0001f469"
JOINABLE_EMOJI = (
    "\u2640\u2642\u2695\u2696\u2708\u2764\U0001f308\U0001f33e\U0001f373\U0001f393\U0001f3a4\U0001f3a8\U0001f3eb"
    "\U0001f3ed\U0001f48b\U0001f4bb\U0001f4bc\U0001f527\U0001f52c\U0001f5e8\U0001f680\U0001f692"
)
SKIN_TONE_EMOJI = (
    "\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc\U0001f442\U0001f443"
    "\U0001f446-\U0001f450\U0001f46e\U0001f470-\U0001f478\U0001f47c\U0001f481-\U0001f483\U0001f485-\U0001f487"
    "\U0001f4aa\U0001f574\U0001f575\U0001f57a\U0001f590\U0001f595\U0001f596\U0001f645-\U0001f647"
    "\U0001f64b-\U0001f64f\U0001f6a3\U0001f6b4-\U0001f6b6\U0001f6c0\U0001f6cc\U0001f918-\U0001f91c\U0001f91e"
    "\U0001f91f\U0001f926\U0001f930-\U0001f939\U0001f93d\U0001f93e\U0001f9d1-\U0001f9dd"
    + PERSON_EMOJI
)
HANGUL_LETTERS = "\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"
HANGUL_LEADING, HANGUL_VOWELS, HANGUL_TRAILING = (
    "\u1100-\u115f\ua960-\ua97c",
    "\u1160-\u11a7\ud7b0-\ud7c6",
    "\u11a8-\u11ff\ud7cb-\ud7fb",
)
# Burmese and Tai vowel signs that stand on their own, though they are spacing marks by category.
STANDALONE_VOWEL_SIGNS = "\u102b\u102c\u1038\u1062-\u1064\u1067-\u106d\u1083\u1087-\u108c\u108f\u109a-\u109c\u1a61\u1a63\u1a64\uaa7b\uaa7d"
PREPENDED_CHARACTERS = (
    "\u0600-\u0605\u06dd\u070f\u08e2\u0d4e\U000110bd"  # signs that belong to the next one
)


def split_clusters(text: str) -> Iterator[str]:
    """The text cut into clusters; joined again they are the text."""
    return (match[0] for match in _compile_cluster_pattern().finditer(text))


def find_joining_characters(text: str) -> frozenset[str]:
    """The signs in the text that can make a cluster longer than one sign; mostly none."""
    return _list_joining_characters().intersection(text)


@lru_cache(maxsize=256)
def compile_joining_pattern(signs: frozenset[str]) -> re.Pattern[str]:
    """The stretches of a text that hold every cluster longer than one sign, when `signs` are
    its joining signs.

    Cutting a whole text is slow; between these stretches every sign is a cluster.
    """
    return re.compile(f"(?:.?[{re.escape(''.join(sorted(signs)))}])+.?", re.DOTALL)


@cache
def _compile_cluster_pattern() -> re.Pattern[str]:
    control = _build_character_class(
        lambda sign: unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    )
    mark = _build_character_class(_is_combining_mark)
    spacing = _build_character_class(_is_spacing_mark)
    alone = rf"(?![\u200c\u200d{PREPENDED_CHARACTERS}])[{control}]"
    coloured = f"[{SKIN_TONE_EMOJI}](?:[{mark}]*[{SKIN_TONES}])?"
    joined = (
        f"{ZERO_WIDTH_JOINER}(?:[{PERSON_EMOJI}](?:[{mark}]*[{SKIN_TONES}])?|[{JOINABLE_EMOJI}])?"
    )
    syllable = f"[{HANGUL_LEADING}]*(?:[\uac00-\ud7a3]|[{HANGUL_VOWELS}])[{HANGUL_VOWELS}]*[{HANGUL_TRAILING}]*|[{HANGUL_LEADING}]+|[{HANGUL_TRAILING}]+"
    first = f"[{FLAG_LETTERS}]{{2}}|{coloured}|{syllable}|{joined}|(?!{alone})."
    follows = rf"(?:(?![{STANDALONE_VOWEL_SIGNS}])[{mark}{spacing}]|{joined})*"
    return re.compile(
        f"{alone}|[{PREPENDED_CHARACTERS}]*(?:{first}){follows}|[{PREPENDED_CHARACTERS}]+",
        re.DOTALL,
    )


@cache
def _list_joining_characters() -> frozenset[str]:
    always = re.compile(
        f"[{ZERO_WIDTH_JOINER}{FLAG_LETTERS}{SKIN_TONES}{HANGUL_LETTERS}{PREPENDED_CHARACTERS}]"
    )
    return frozenset(
        sign
        for sign in _iterate_characters()
        if _is_combining_mark(sign) or _is_spacing_mark(sign) or always.match(sign)
    )


def _is_combining_mark(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Me") or sign == "\u200c"


def _is_spacing_mark(sign: str) -> bool:
    return unicodedata.category(sign) == "Mc" or sign in "\u0e33\u0eb3"


def _iterate_characters() -> Iterator[str]:
    """Every sign that could be a mark: the planes beyond hold ideographs and tags only."""
    return map(chr, chain(range(0x20000), range(0xE0100, 0xE01F0)))


def _build_character_class(belongs: Callable[[str], bool]) -> str:
    """The inside of a character class of all signs that belong."""
    found: list[list[int]] = []
    for code in map(ord, filter(belongs, _iterate_characters())):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in found)
