"""Reactions of phones, which arrive as a text that quotes ours: Loved “Choir at seven …”."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.texts.quoted_texts import QUOTE_PAIRS, is_text_of_ours
from app.domain.texts.reaction_phrases import (
    REACTION_OBJECTS,
    REACTION_PHRASES,
)
from app.domain.texts.unicode_categories import (
    ACCENT_CATEGORIES,
    INVISIBLE_CATEGORIES,
    remove_categories,
)

# Between the phone's words and the quotation; the longest phrases have some 35 characters.
MAX_WORDS_LENGTH = 60
# A quotation is as long as one of our texts at most.
MAX_REACTION_LENGTH = 2000
MAX_NAME_WORDS = 3
# Of a sign, and of the text.
MAX_QUOTATIONS = 3
# In scripts whose phrases nobody listed (Russian, Greek, Hebrew, Arabic, Chinese, …).
MAX_FOREIGN_WORDS_LENGTH = 40

_OBJECT_PATTERN = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, REACTION_OBJECTS))})(?!\S)")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`´")
# Symbols, modifiers of skin colour, keycaps and joiners: what an emoji is made of.
_EMOJI_CATEGORIES = frozenset({"So", "Sk"})
_PUNCTUATION_PATTERN = re.compile(r"[^\w\s*…-]+")
_NAME_PATTERN = re.compile(r"[A-Z\u00c0-\u00dd][^\W\d_]*\.?")
_NO_NAMES = frozenset({"I", "We", "You", "He", "She", "They", "Who", "It", "My", "The"})


@dataclass(frozen=True)
class Reaction:
    """A reaction to a text: what the phone wrote about it, and the text that it quotes.

    `quoted_text` is None where the phone quotes nothing ("Loved an image").
    """

    words: str
    quoted_text: str | None


def find_reaction(body: str, our_last_texts: Sequence[str] = ()) -> Reaction | None:
    """Return the reaction that the whole text is, or None."""
    text = body.strip()
    if not text or len(text) > MAX_REACTION_LENGTH:
        return None
    for before, quoted_text, after in _split_quotation(text):
        if _is_reaction(before, after) or _is_reaction_to_ours(
            before, quoted_text, after, our_last_texts
        ):
            return Reaction(f"{before} {after}".strip(), quoted_text)
    return _find_reaction_to_object(text)


def _split_quotation(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (before, quoted, after) for the quotations that a text may hold.

    A phone quotes what it calls a sign too: Ha messo “Mi piace” a “…”. It cuts a long text off:
    then the rest is quoted.
    """
    for opening, closings in QUOTE_PAIRS.items():
        for start in _find_positions(text[:MAX_WORDS_LENGTH], opening):
            before, rest = text[:start], text[start + 1 :]
            ends: set[int] = set()
            for closing in closings:
                ends |= _find_ends(rest, closing)
            for end in sorted(ends, reverse=True):
                if len(rest) - end <= MAX_WORDS_LENGTH:
                    yield before, rest[:end].strip(), rest[end + 1 :]
            if not ends and before.strip():
                yield before, rest.strip(), ""


def _find_positions(text: str, mark: str) -> list[int]:
    """Return where a mark first stands in a text, up to MAX_QUOTATIONS times."""
    positions = [index for index, character in enumerate(text) if character == mark]
    return positions[:MAX_QUOTATIONS]


def _find_ends(text: str, mark: str) -> set[int]:
    """Return the first and the last position of a closing mark; none when it is not there."""
    return {text.find(mark), text.rfind(mark)} - {-1}


def _is_reaction(before: str, after: str) -> bool:
    return fold_reaction(f"{before} … {after}") in REACTION_PHRASES


def _is_reaction_to_ours(
    before: str, quoted_text: str, after: str, our_last_texts: Sequence[str]
) -> bool:
    """Whether a text of ours is quoted beside a name and a reaction, or words of another script."""
    if not our_last_texts or not is_text_of_ours(quoted_text, our_last_texts):
        return False
    words = f"{before}{after}".strip()
    if words and _is_in_other_script(words):
        return len(words) <= MAX_FOREIGN_WORDS_LENGTH
    return any(_is_reaction(rest, after) for rest in _list_without_name(before))


def _is_in_other_script(words: str) -> bool:
    letters = [character for character in words if character.isalpha()]
    if not letters:
        return any(unicodedata.category(character) in _EMOJI_CATEGORIES for character in words)
    return not any("LATIN" in unicodedata.name(letter, "") for letter in letters)


def _list_without_name(before: str) -> Iterator[str]:
    """Yield the words before a quotation without the name that begins them."""
    words = before.split()
    for count in range(1, min(MAX_NAME_WORDS, len(words)) + 1):
        name = words[count - 1]
        if not _NAME_PATTERN.fullmatch(name) or name in _NO_NAMES:
            return
        yield " ".join(words[count:])


def _find_reaction_to_object(text: str) -> Reaction | None:
    """Return the reaction to something without a text: "Loved an image"."""
    if len(text) > MAX_WORDS_LENGTH:
        return None
    folded = fold_reaction(text)
    for match in _OBJECT_PATTERN.finditer(folded):
        phrase = f"{folded[: match.start()]}…{folded[match.end() :]}"
        if phrase in REACTION_PHRASES:
            return Reaction(text, None)
    return None


def fold_reaction(text: str) -> str:
    """Return words in the spelling of reaction_phrases: "Reacted 👍 to" is "reacted * to"."""
    plain = _replace_emojis(text.translate(_APOSTROPHES))
    decomposed = unicodedata.normalize("NFKD", plain.replace("…", " … "))
    letters = remove_categories(decomposed, ACCENT_CATEGORIES | INVISIBLE_CATEGORIES).lower()
    letters = letters.replace("...", "…").replace("œ", "oe").replace("ø", "o").replace("æ", "ae")
    words = _PUNCTUATION_PATTERN.sub(" ", letters).replace("ł", "l").replace("ı", "i").split()
    return " ".join(_drop_repeats(words))


def _replace_emojis(text: str) -> str:
    if text.isascii():
        # The one ASCII sign of _EMOJI_CATEGORIES beside the apostrophe "`", which is gone.
        return text.replace("^", " * ")
    return "".join(map(_replace_emoji, text))


def _replace_emoji(character: str) -> str:
    """Return " * " for a character of an emoji; NFKD would tear "…" apart."""
    if character in "‼⁉❣":
        return " * "
    return " * " if unicodedata.category(character) in _EMOJI_CATEGORIES else character


def is_emoji_character(character: str) -> bool:
    """Whether a character is part of an emoji: a symbol, a skin colour, what joins two of them."""
    return _replace_emoji(character) == " * " or character in "\u200d\ufe0f"


def _drop_repeats(words: list[str]) -> Iterator[str]:
    """Yield the words with one "*" for several in a row: an emoji may have several characters."""
    previous = ""
    for word in words:
        if word != "*" or previous != "*":
            yield word
        previous = word
