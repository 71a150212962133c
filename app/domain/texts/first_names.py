"""What a person is called in a greeting: the first name in whatever a list has as their name.

nameparser knows hundreds of titles and the order of "García López, Ana". It takes 165 µs a name;
a blast greets 100,000 people, so the names that need no parser are read without it (2 µs).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from app.domain.texts.greeting_words import (
    COUPLE_JOINERS,
    FAMILY_WORDS,
    NAME_PARTICLES,
    NO_NAMES,
    ORGANISATION_WORDS,
    PARTICLES,
    RELATION_WORDS,
    SUFFIXES,
    TITLES_OR_NAMES,
    TITLES_THAT_ARE_NAMES,
    UNKNOWN_WORDS,
)
from app.domain.texts.name_order import drop_words_without_letters, move_family_name_back
from app.domain.texts.name_titles import is_article_of_title, is_title, load_titles

GROUP_WORDS = FAMILY_WORDS | ORGANISATION_WORDS
LAST_GROUP_WORDS = GROUP_WORDS | {"the"}
# Up to so many different names of a blast are parsed once.
CACHED_NAMES = 8_192
# Excel's errors: #N/A, #REF!, #NAME?
SPREADSHEET_ERROR_PATTERN = re.compile(r"#[\w/]+[!?]?")
JOINER_PATTERN = re.compile(
    r"\s+(?:&|\+|/|and|und|y|et|e|en|og|och|i)\s+|\s*[&+/]\s*", re.IGNORECASE
)
INITIAL_PATTERN = re.compile(r"[^\W\d_]\.?")
WORD_PATTERN = re.compile(r"[^\W\d_]+")
# What most names are: they are read by this pattern alone.
ORDINARY_NAME_PATTERN = re.compile(
    "[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+(?: (?:[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]*|[0-9]+))*"
)
TWO_WORDS_PATTERN = re.compile("[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+ [A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+")
POSSESSIVE_ENDINGS = ("'s", "’s")
ODD_CHARACTERS = frozenset("#@/\\|<>[]{}_=*0123456789")
# Letters with hyphens and apostrophes between them: Anne-Marie, D'Angelo.
PLAIN_WORD_PATTERN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class UnclearNames(NamedTuple):
    """Positions in a list of names: none, a group's, and one whose greeting deserves a look."""

    nameless: list[int]
    groups: list[int]
    odd: list[tuple[int, str]]


def find_unclear_names(names: Sequence[str | None]) -> UnclearNames:
    """Return which of the names greet nobody, or a person oddly; with the odd ones, how."""
    unclear = UnclearNames([], [], [])
    for position, name in enumerate(names):
        # Nothing is odd about "Ana Lee", which most names look like; "Ana B. Ana" is looked at.
        first_name = _read_ordinary_name(name or "")
        if first_name and not (name or "").endswith(f" {first_name}"):
            continue
        if not name or is_no_name(name):
            unclear.nameless.append(position)
            continue
        first_name = extract_first_name(name)
        if not first_name:
            unclear.groups.append(position)
        elif is_odd_first_name(first_name, name):
            unclear.odd.append((position, first_name))
    return unclear


def extract_first_name(name: str | None) -> str:
    """Return what to call a person, or "" when the name tells it not.

    Titles are left out, of a couple the first is called, families and what a spreadsheet puts
    where a name is missing ("#N/A", "NULL", "-") have no first name. Names in capitals or in
    small letters get a capital. Never raises.
    """
    # Ordinary names are not kept: reading them takes as long as finding them among those kept.
    return _read_ordinary_name(name or "") or _parse_first_name(name or "")


def _read_ordinary_name(text: str) -> str:
    """Return the first name of a name like "Ana Lee" or "Ana Lee 7", "" of any other."""
    if not ORDINARY_NAME_PATTERN.fullmatch(text):
        return ""
    lower = text.lower()
    first_word, last_word = lower.partition(" ")[0], lower.rpartition(" ")[2]
    is_special = first_word in _load_special_words() or last_word in LAST_GROUP_WORDS
    return "" if is_special or lower in NO_NAMES else text[: len(first_word)]


@lru_cache(maxsize=CACHED_NAMES)
def _parse_first_name(name: str) -> str:
    text = " ".join(name.replace(",", ", ").split())
    first_name = _read_ordinary_name(text)
    if first_name:
        return first_name
    if is_no_name(text) or _is_group(text) or not WORD_PATTERN.search(text):
        return ""
    first_name = _read_name(move_family_name_back(drop_words_without_letters(text)))
    return "" if first_name.endswith(POSSESSIVE_ENDINGS) else _fix_capitals(first_name, text)


def is_no_name(text: str) -> bool:
    """Whether a cell of names holds none: an error, a sign, "NULL", "Unknown Name", an address."""
    folded = text.casefold().strip(" .()[]<>*_?!-")
    if folded in NO_NAMES or not any(map(str.isalnum, text)):
        return True
    if SPREADSHEET_ERROR_PATTERN.fullmatch(text) or "@" in text or "://" in text:
        return True
    return folded.split()[0] in UNKNOWN_WORDS


def is_odd_first_name(first_name: str, name: str) -> bool:
    """Whether greeting somebody so deserves a look: a family name, an initial, signs, nothing."""
    if TWO_WORDS_PATTERN.fullmatch(name) and first_name == name.partition(" ")[0]:
        return False
    if not WORD_PATTERN.search(first_name) or INITIAL_PATTERN.fullmatch(first_name):
        return first_name.isascii()
    if any(character in ODD_CHARACTERS for character in first_name):
        return True
    words = name.replace(",", " , ").split()
    return len(words) > 1 and "," not in words and first_name == words[-1]


def _is_group(text: str) -> bool:
    """Whether a name is that of a household or an organisation: "The Smith Family"."""
    words = [word.casefold().strip(".,()") for word in text.split()]
    if len(words) < 2:
        return False
    if words[0] in FAMILY_WORDS or words[-1] in GROUP_WORDS:
        return True
    # "Parents of Tim", "Guest of Asha", "c/o Mary Jones"
    if words[0] == "c/o" or (words[0] in RELATION_WORDS and words[1] in ("of", "de", "von")):
        return True
    # "The Smiths"; "Smith Family, The"; but "The Rev. John Brown" is a person.
    return words[-1] == "the" or (words[0] in ("the", "los") and not is_title(words[1]))


def _read_name(text: str) -> str:
    """Return the first name of a text that holds a person's name, or ""."""
    rest, has_title, is_couple = _strip_titles(text)
    words = rest.split()
    if not words:
        return ""
    if len(words) == 1:
        # "Frau Dr. Müller"; of "Mr. and Mrs. Smith" nobody is called so.
        return "" if is_couple else JOINER_PATTERN.split(words[0].strip("&+/,;"))[0].strip(",;")
    if "," not in rest and _begins_with_family_name(words, has_title):
        return ""
    return _read_plain_name(rest) or _parse_name(rest)


def _begins_with_family_name(words: Sequence[str], has_title: bool) -> bool:
    """Whether a name without comma begins as a family name does: "Mr. van der Berg"."""
    particle = words[0].casefold().strip(".")
    if particle not in PARTICLES or particle in NAME_PARTICLES:
        return False
    has_two_particles = words[1].casefold() in PARTICLES
    return has_title or has_two_particles or words[0].islower()


def _read_plain_name(text: str) -> str:
    """Return the first name where that needs no parser, else ""."""
    family_name, comma, rest = text.partition(",")
    words = (rest if comma else text).split()
    if comma and all(word.casefold().strip(".,") in SUFFIXES for word in words):
        return _read_plain_name(family_name)
    if not words or (comma and ("," in rest or not family_name)):
        return ""
    for position, word in enumerate(words):
        if position and _is_joiner(word):
            break
        if INITIAL_PATTERN.fullmatch(word):
            continue
        if not PLAIN_WORD_PATTERN.fullmatch(word):
            return ""
        # The last word behind initials is the family name: "J. R. Smith".
        is_family_name = not comma and position == len(words) - 1
        return words[0] if is_family_name and position else word
    return words[0]


def _parse_name(text: str) -> str:
    """Return the first name of a name with nicknames, suffixes or signs in it."""
    parsed = _load_parser()(text)
    first_name = JOINER_PATTERN.split(parsed["first"])[0].strip(" ,;")
    return first_name or (parsed["last"] or text).split()[0].strip(" ,;")


def _strip_titles(text: str) -> tuple[str, bool, bool]:
    """Return a name without the titles before it, whether it had any, and those of a couple."""
    family_name, comma, rest = text.partition(",")
    words = (rest if comma else text).split()
    if len(words) > 1 and is_article_of_title(words):
        words = words[1:]
    is_couple = False
    position = 0
    while position < len(words) and _belongs_to_titles(words, position):
        is_couple = is_couple or _is_joiner(words[position])
        position += 1
    if position == 0:
        return text, False, False
    remaining = " ".join(words[position:])
    if comma and remaining:
        remaining = f"{family_name}, {remaining}"
    elif comma:
        remaining = family_name
    return remaining, True, is_couple


def _belongs_to_titles(words: Sequence[str], position: int) -> bool:
    word = words[position]
    words_left = len(words) - position - 1
    if position and _is_joiner(word):
        return words_left > 0
    folded = word.casefold().strip(".,")
    if folded in TITLES_OR_NAMES:
        # "Bishop Tom Reed" has a title, "Bishop Jones" may not; "M. et Mme Dupont".
        return words_left > 1
    return is_title(word)


def _is_joiner(word: str) -> bool:
    return word.casefold() in COUPLE_JOINERS


def _fix_capitals(first_name: str, name: str) -> str:
    """Return "Jean-Luc" for the first name of "JEAN-LUC PICARD" and of "jean-luc picard"."""
    if first_name.isupper():
        letter_count = sum(map(str.isalpha, first_name))
        # "DJ", "TJ", "MJ": letters that are said one by one.
        is_spelled = letter_count == 2 and (first_name.endswith("J") or not name.isupper())
        if letter_count < 2 or is_spelled:
            return first_name
    elif not first_name.islower():
        return first_name
    return WORD_PATTERN.sub(lambda word: word[0].capitalize(), first_name)


@lru_cache(maxsize=1)
def _load_special_words() -> frozenset[str]:
    """Return the words with which no plain name of two words begins."""
    words = load_titles() | COUPLE_JOINERS | PARTICLES | FAMILY_WORDS | UNKNOWN_WORDS
    return words - TITLES_THAT_ARE_NAMES | {"the", "no", "not", "van"}


@lru_cache(maxsize=1)
def _load_parser() -> Any:
    """Return a function from a name to its parts: title, first, middle, last …"""
    from nameparser import HumanName

    def parse(name: str) -> dict[str, str]:
        return dict(HumanName(name).as_dict())

    return parse
