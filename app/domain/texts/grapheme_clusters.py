"""Grapheme clusters: characters a reader sees as one, such as a flag, a family, an accented letter.

Twilio's calculator never splits a cluster between two segments. The rules are the extended
grapheme clusters of Unicode 10 (UAX #29), because that calculator uses these and no newer ones: an
emoji joined from pieces that Unicode 10 does not know counts as its pieces.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import chain

ZERO_WIDTH_JOINER = "\u200d"
ZERO_WIDTH_NON_JOINER = "\u200c"
FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
SKIN_TONES = "\U0001f3fb-\U0001f3ff"
PERSON_EMOJI = "\U0001f466-\U0001f469"
# Emoji that a joiner appends to another one: a profession, a heart.
JOINABLE_EMOJI = (
    "\u2640\u2642\u2695\u2696\u2708\u2764\U0001f308\U0001f33e\U0001f373\U0001f393\U0001f3a4"
    "\U0001f3a8\U0001f3eb\U0001f3ed\U0001f48b\U0001f4bb\U0001f4bc\U0001f527\U0001f52c\U0001f5e8"
    "\U0001f680\U0001f692"
)
SKIN_TONE_EMOJI = (
    "\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc"
    "\U0001f442\U0001f443\U0001f446-\U0001f450\U0001f46e\U0001f470-\U0001f478\U0001f47c"
    "\U0001f481-\U0001f483\U0001f485-\U0001f487\U0001f4aa\U0001f574\U0001f575\U0001f57a\U0001f590"
    "\U0001f595\U0001f596\U0001f645-\U0001f647\U0001f64b-\U0001f64f\U0001f6a3"
    "\U0001f6b4-\U0001f6b6\U0001f6c0\U0001f6cc\U0001f918-\U0001f91c\U0001f91e\U0001f91f\U0001f926"
    "\U0001f930-\U0001f939\U0001f93d\U0001f93e\U0001f9d1-\U0001f9dd" + PERSON_EMOJI
)
# Hangul: all letters, then by their place in a syllable; the last range is whole syllables.
HANGUL_LETTERS = "\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"
HANGUL_LEADING = "\u1100-\u115f\ua960-\ua97c"
HANGUL_VOWELS = "\u1160-\u11a7\ud7b0-\ud7c6"
HANGUL_TRAILING = "\u11a8-\u11ff\ud7cb-\ud7fb"
HANGUL_SYLLABLES = "\uac00-\ud7a3"
# Burmese and Tai vowel signs that are clusters of their own, although they are spacing marks.
STANDALONE_VOWEL_SIGNS = (
    "\u102b\u102c\u1038\u1062-\u1064\u1067-\u106d\u1083\u1087-\u108c\u108f\u109a-\u109c"
    "\u1a61\u1a63\u1a64\uaa7b\uaa7d"
)
# Characters that belong to the one after them.
PREPENDED_CHARACTERS = "\u0600-\u0605\u06dd\u070f\u08e2\u0d4e\U000110bd"
CONTROL_CATEGORIES = ("Cc", "Cf", "Zl", "Zp", "Cs")


def split_clusters(text: str) -> Iterator[str]:
    """Yield the clusters of the text; joined again they are the text."""
    return (match[0] for match in _compile_cluster_pattern().finditer(text))


def find_joining_characters(text: str) -> frozenset[str]:
    """Return the characters in the text that can make a cluster longer than one; mostly none."""
    return _list_joining_characters().intersection(text)


# Cached: texts of one blast have the same few joining characters.
@lru_cache(maxsize=256)
def compile_joining_pattern(joining: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern of the stretches that hold every cluster of two characters and more.

    `joining` are the joining characters of the text. Splitting a whole text is slow; outside of
    these stretches every character is a cluster.
    """
    joining_class = re.escape("".join(sorted(joining)))
    return re.compile(f"(?:.?[{joining_class}])+.?", re.DOTALL)


# Cached, like the next function: both look at 131,000 characters, once in the process.
@cache
def _compile_cluster_pattern() -> re.Pattern[str]:
    control = _build_character_class(_is_control)
    mark = _build_character_class(_is_combining_mark)
    spacing = _build_character_class(_is_spacing_mark)
    skin_tone = f"(?:[{mark}]*[{SKIN_TONES}])?"
    prepended = f"[{PREPENDED_CHARACTERS}]"
    # A control character is always a cluster by itself.
    alone = rf"(?![\u200c\u200d{PREPENDED_CHARACTERS}])[{control}]"
    flag = f"[{FLAG_LETTERS}]{{2}}"
    toned_emoji = f"[{SKIN_TONE_EMOJI}]{skin_tone}"
    joined = f"{ZERO_WIDTH_JOINER}(?:[{PERSON_EMOJI}]{skin_tone}|[{JOINABLE_EMOJI}])?"
    syllable = (
        f"[{HANGUL_LEADING}]*(?:[{HANGUL_SYLLABLES}]|[{HANGUL_VOWELS}])"
        f"[{HANGUL_VOWELS}]*[{HANGUL_TRAILING}]*"
        f"|[{HANGUL_LEADING}]+|[{HANGUL_TRAILING}]+"
    )
    base = f"{flag}|{toned_emoji}|{syllable}|{joined}|(?!{alone})."
    extension = rf"(?:(?![{STANDALONE_VOWEL_SIGNS}])[{mark}{spacing}]|{joined})*"
    return re.compile(f"{alone}|{prepended}*(?:{base}){extension}|{prepended}+", re.DOTALL)


@cache
def _list_joining_characters() -> frozenset[str]:
    always_joining = re.compile(
        f"[{ZERO_WIDTH_JOINER}{FLAG_LETTERS}{SKIN_TONES}{HANGUL_LETTERS}{PREPENDED_CHARACTERS}]"
    )
    joining = set()
    for character in _iterate_characters():
        if (
            _is_combining_mark(character)
            or _is_spacing_mark(character)
            or always_joining.match(character)
        ):
            joining.add(character)
    return frozenset(joining)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in CONTROL_CATEGORIES


def _is_combining_mark(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Mn", "Me") or character == ZERO_WIDTH_NON_JOINER


def _is_spacing_mark(character: str) -> bool:
    # The two letters are vowels of Thai and Lao that join as marks do.
    return unicodedata.category(character) == "Mc" or character in "\u0e33\u0eb3"


def _iterate_characters() -> Iterator[str]:
    """Yield every character that could be a mark.

    The planes beyond 0x20000 hold ideographs only, except for the tags and selectors at 0xE0100.
    """
    return map(chr, chain(range(0x20000), range(0xE0100, 0xE01F0)))


def _build_character_class(belongs: Callable[[str], bool]) -> str:
    """Return the ranges, for use inside [ ], of all characters for which `belongs` is true."""
    ranges: list[list[int]] = []
    for code in map(ord, filter(belongs, _iterate_characters())):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)
