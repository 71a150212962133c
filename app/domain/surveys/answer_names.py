"""Reading a name from somebody's text. A sentence is no name."""

import re

from app.domain.surveys.answer_courtesies import strip_courtesies
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_words import ANSWER_WORDS
from app.domain.texts.text_cleaning import clean_name, clean_text

MAX_NAME_ANSWER_LENGTH = 100
# A sentence is not a name: six words, or ten when each looks like a part of a name.
MAX_NAME_WORDS = 6
MAX_CAPITALIZED_NAME_WORDS = 10
# Words such as "de", "la", "y" are written small inside a name.
SHORT_NAME_WORD_LENGTH = 3
NAME_FORBIDDEN_PATTERN = re.compile(r"[?¿؟？@/{}<>]")
NAME_INTRODUCTION_PATTERN = re.compile(
    r"^(?:(?:hi|hello|hey|hola|bonjour|hallo)(?: there)?[,!.]?\s+)?"
    r"(?:my (?:full )?name is|my name's|name is|i am|i'm|im|it's|its|it is|this is"
    r"|me llamo|mi nombre es|soy|je m'appelle|je suis|mon nom est"
    r"|ich hei(?:ß|ss)e|ich bin|mein name ist|name|nombre|nom)(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
GREETING_PATTERN = re.compile(
    r"^(?:hi|hello|hey|hola|bonjour|hallo|good (?:morning|afternoon|evening)"
    r"|buenos d[ií]as|buenas(?: tardes| noches)?|guten (?:tag|morgen))(?: there)?[,!.]?\s+",
    re.IGNORECASE,
)
_NO_NAMES = ANSWER_WORDS["no name"] | ANSWER_WORDS["yes"] | ANSWER_WORDS["no"]
_QUESTION_WORDS = ANSWER_WORDS["question"]
_SENTENCE_WORDS = ANSWER_WORDS["sentence"]
_NAME_COURTESIES = frozenset(ANSWER_WORDS["behind"] | {"HERE", "SPEAKING"})


def parse_name(text: str) -> str | None:
    """Return the name that the text gives, as it may be stored, else None."""
    written = clean_text(text).replace("’", "'")
    introduced = NAME_INTRODUCTION_PATTERN.sub("", written)
    if introduced == written:
        introduced = GREETING_PATTERN.sub("", written)
    # The full stop of a sentence, but not that of "Zoë H."
    name = clean_name(re.sub(r"(?<=\w{3})\.$", "", introduced.strip(" ,!")))
    if not name or _is_no_name(fold_answer(name)):
        return None
    name = _strip_courtesies_behind(name)
    if _is_sentence(name.split(), is_introduced=introduced != written):
        return None
    return name if _has_name_form(name) else None


def _has_name_form(name: str) -> bool:
    if len(name) > MAX_NAME_ANSWER_LENGTH or not _is_name_length(name.split()):
        return False
    has_letters = any(map(str.isalpha, name))
    has_digits = any(map(str.isdigit, name))
    return has_letters and not has_digits and not NAME_FORBIDDEN_PATTERN.search(name)


def _is_no_name(key: str) -> bool:
    return key in _NO_NAMES or key.replace(" ", "") in _NO_NAMES


def _strip_courtesies_behind(name: str) -> str:
    """Return the name without "thanks", "here" and the like behind it."""
    words = name.split()
    keys = [fold_answer(word) or "-" for word in words]
    if any(" " in key for key in keys):
        return name
    word_count = strip_courtesies(" ".join(keys), before=(), behind=_NAME_COURTESIES).count(" ") + 1
    return name if word_count == len(words) else " ".join(words[:word_count]).rstrip(" ,!.")


def _is_sentence(words: list[str], *, is_introduced: bool) -> bool:
    """Whether words say something else than a name: "Who is this", "I'm driving right now".

    A word of the table may be a part of a name ("Do", "My") where it has a capital as the others
    have, so it counts where it is written small, or where all words are in capitals.
    """
    keys = list(map(fold_answer, words))
    if keys[0] in _QUESTION_WORDS:
        return len(words) == 1 or not words[-1][:1].isupper() or words[-1].isupper()
    is_shouted = all(word.isupper() for word in words)
    for word, key in zip(words, keys, strict=True):
        is_small = word[:1].islower() or (is_shouted and (is_introduced or len(words) > 2))
        if is_small and key in _SENTENCE_WORDS:
            return True
        # "I'm running late": what follows "I'm" and ends so is no name.
        if is_introduced and is_small and key.endswith("ING") and len(key) > 5:
            return True
    return _begins_a_sentence(words, keys)


def _begins_a_sentence(words: list[str], keys: list[str]) -> bool:
    """Whether the first word is one of a sentence, and no other word has a capital."""
    has_other_capital = any(word[:1].isupper() for word in words[1:])
    if has_other_capital and len(words) <= MAX_NAME_WORDS:
        return False
    return keys[0] in _SENTENCE_WORDS


def _is_name_length(words: list[str]) -> bool:
    """Whether so many words may be a name.

    Long ones are: "María José de la Cruz y Fernández Villaverde".
    """
    if len(words) <= MAX_NAME_WORDS:
        return True
    return len(words) <= MAX_CAPITALIZED_NAME_WORDS and all(map(_is_like_name, words))


def _is_like_name(word: str) -> bool:
    is_capitalized = word[:1].isupper() and not word.isupper()
    return len(word) <= SHORT_NAME_WORD_LENGTH or is_capitalized
