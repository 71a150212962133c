"""Guesses the encoding of a text that does not say it, by the letters that each one would give.

charset-normalizer reads "Peña" as "Peńa" and needs more text than a list of names has
(docs/decisions/0001-dependencies.md), so each encoding is judged by the languages it is for.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.core.encoding_tables import (
    CENTRAL_LANGUAGES,
    ENCODINGS,
    FREQUENT_LEADS,
    FREQUENT_LETTERS,
    LANGUAGES_BY_ENCODING,
    WESTERN_LANGUAGES,
)

JAPANESE_CODECS = ("shift_jis", "euc_jp")
ENCODINGS_WITH_CAPITALS = ("cp1251", "koi8_u", "mac_cyrillic", "cp866", "cp1253")
KANA_PATTERN = re.compile("[\u3040-\u30ff]")
HALF_WIDTH_KANA_PATTERN = re.compile("[\uff61-\uff9f]")
HALF_WIDTH_KANA_WEIGHT = 0.6
RARE_CHARACTER_WEIGHT = -0.5
NEUTRAL_CHARACTERS = frozenset("\xa0’‘“”–—…€´«»·・，、。；：（）－　\ufeff")
UNION_WEIGHT = 0.9
RARE_LETTER_WEIGHT = 0.5
ONE_CASE_WEIGHT = 0.9
# A symbol inside a word, a capital after a small letter, or two scripts in one word.
UNLIKELY_WEIGHT = -1.0
MIN_SCORE = 0.5
# One odd byte alone proves no DOS file: "Jos\x81" is damaged.
DOS_ENCODINGS = ("cp850", "cp852", "cp866")
MIN_DOS_CHARACTERS = 2
MAX_SAMPLED_LINES = 300
MAX_LINE_BYTES = 2_000


class ForeignCharacter(NamedTuple):
    """A character that is not ASCII, with the characters before and after it."""

    before: str
    character: str
    after: str

    @property
    def has_unlikely_case(self) -> bool:
        """Whether it is a capital after a small letter, or within a word that is no shouting."""
        if not self.character.isupper():
            return self.before.isupper() and self.character.islower() and self.after.isupper()
        return self.before.islower() or (self.before.isupper() and self.after.islower())

    @property
    def is_mark_without_letter(self) -> bool:
        """Whether it is a vowel sign or an accent that stands above nothing."""
        if unicodedata.category(self.character) != "Mn":
            return False
        return not (self.before.isalpha() or unicodedata.category(self.before) == "Mn")

    @property
    def follows_foreign_letter(self) -> bool:
        """Whether the letter before it is not ASCII either."""
        return self.before.isalpha() and not self.before.isascii()


@dataclass(frozen=True)
class EncodingGuess:
    """How likely a text has this encoding, at most 1."""

    score: float
    encoding: str


def guess_encoding(data: bytes) -> str:
    """Return the likeliest encoding of bytes that are not UTF-8, "" when none is likely."""
    sample = _take_sample(data)
    guesses = []
    for encoding in (*FREQUENT_LEADS, *LANGUAGES_BY_ENCODING):
        score = _score_encoding(sample, encoding)
        if score >= MIN_SCORE:
            guesses.append(EncodingGuess(score, encoding))
    # Of two that are equally likely, the first one wins. Korean syllables are frequent Chinese
    # characters too, but hardly any Chinese text consists of those alone.
    order = ["cp949", "cp1252", "mac_roman", *ENCODINGS]
    guesses.sort(key=lambda guess: (-guess.score, order.index(guess.encoding)))
    for guess in guesses:
        if _can_decode(data, guess.encoding):
            return guess.encoding
    return ""


def _take_sample(data: bytes) -> bytes:
    """Return the first lines with bytes above 127. No character of an encoding holds a line end."""
    lines = []
    for line in re.split(rb"[\r\n]+", data):
        if not line.isascii():
            lines.append(line[:MAX_LINE_BYTES] if len(line) > MAX_LINE_BYTES * 2 else line)
        if len(lines) == MAX_SAMPLED_LINES:
            break
    return b"\n".join(lines)


def _can_decode(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _score_encoding(sample: bytes, encoding: str) -> float:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    characters = list(_iterate_foreign_characters(text))
    if encoding in FREQUENT_LEADS:
        return _score_double_byte_text(characters, encoding)
    if encoding in DOS_ENCODINGS and len(characters) < MIN_DOS_CHARACTERS:
        return 0.0
    return _score_alphabet(characters, encoding)


def _iterate_foreign_characters(text: str) -> Iterator[ForeignCharacter]:
    """Yield every character that is not ASCII, with its neighbours."""
    padded = f" {text} "
    for index, character in enumerate(text, 1):
        if not character.isascii():
            yield ForeignCharacter(padded[index - 1], character, padded[index + 1])


def _score_double_byte_text(characters: list[ForeignCharacter], encoding: str) -> float:
    """Return the mean over all characters: 1 for a frequent one, -1 for a rare one."""
    codec, frequent_leads = FREQUENT_LEADS[encoding]
    judged = [item.character for item in characters if item.character not in NEUTRAL_CHARACTERS]
    if not judged:
        return 0.0
    scores = [_score_double_byte_character(item, codec, frequent_leads) for item in judged]
    return sum(scores) / len(scores)


def _score_double_byte_character(character: str, codec: str, frequent_leads: range) -> float:
    if KANA_PATTERN.match(character):
        return 1.0 if codec in JAPANESE_CODECS else UNLIKELY_WEIGHT
    if HALF_WIDTH_KANA_PATTERN.match(character):
        return HALF_WIDTH_KANA_WEIGHT
    try:
        lead = character.encode(codec)[0]
    except UnicodeEncodeError:
        return UNLIKELY_WEIGHT
    return 1.0 if lead in frequent_leads else RARE_CHARACTER_WEIGHT


def _score_alphabet(characters: list[ForeignCharacter], encoding: str) -> float:
    """Return the best mean over the languages of this encoding, or over all of them together."""
    languages = LANGUAGES_BY_ENCODING[encoding]
    frequent = FREQUENT_LETTERS.get(encoding, "")
    scores = [_score_language(characters, letters, frequent) for letters in languages]
    if languages in (WESTERN_LANGUAGES, CENTRAL_LANGUAGES):
        # A list of names may be of several countries.
        union_score = _score_language(characters, "".join(languages), frequent)
        scores.append(UNION_WEIGHT * union_score)
    score = max(scores)
    # Names begin with a capital and go on with small letters.
    cases = {item.character.isupper() for item in characters}
    if encoding in ENCODINGS_WITH_CAPITALS and len(cases) == 1:
        score *= ONE_CASE_WEIGHT
    return score


def _score_language(characters: list[ForeignCharacter], letters: str, frequent: str) -> float:
    alphabet = frozenset(letters)
    scores = []
    for item in characters:
        if item.character not in NEUTRAL_CHARACTERS:
            scores.append(_score_letter(item, alphabet, frequent))
        elif item.before.isalpha():
            scores.append(0.0)
    return sum(scores) / len(scores) if scores else 0.0


def _score_letter(item: ForeignCharacter, alphabet: frozenset[str], frequent: str) -> float:
    # "İ" in small letters is an i with a dot above it, two characters.
    small = item.character.lower()[0]
    if small not in alphabet or item.has_unlikely_case or item.is_mark_without_letter:
        return UNLIKELY_WEIGHT
    if not frequent:
        # Accents seldom stand side by side in Latin letters.
        return RARE_LETTER_WEIGHT if item.follows_foreign_letter else 1.0
    if item.before.isascii() and item.before.isalpha():
        return UNLIKELY_WEIGHT
    return 1.0 if small in frequent else RARE_LETTER_WEIGHT
