"""Keywords: which words may be one, and which of them an inbound text may mean."""

import re
from collections.abc import Collection, Iterable

from app.domain.opt_outs.pause_requests import read_pause_days
from app.domain.surveys.survey_commands import BACK_COMMAND, LEAVE_COMMAND, SKIP_COMMAND
from app.domain.texts.text_intent import TextIntent, classify_text, fold_text
from app.domain.texts.word_folding import fold_keyword, fold_words

MAX_KEYWORD_LENGTH = 40
MAX_KEYWORD_WORDS = 3
# "F. O. O. D. BANK" is five words as somebody may type it.
MAX_COMPARED_WORDS = 6
# A longer text is no keyword, and its first words are over by then.
MAX_CHARACTERS_SEARCHED = 200
SURVEY_COMMAND_REASONS = {
    LEAVE_COMMAND: "ends a survey",
    SKIP_COMMAND: "skips a question",
    BACK_COMMAND: "goes back to the question before",
}
RESERVED_WORD_REASONS = {
    TextIntent.OPT_OUT: "is handled by carriers; choose another word.",
    TextIntent.MAYBE_OPT_OUT: "may mean STOP, so a person decides; choose another word.",
    TextIntent.OPT_IN: "opts people back in; choose another word.",
    TextIntent.HELP: "returns your help text, as carriers require; choose another word.",
}
PAUSE_WORD_REASON = "pauses all texts for some days; choose another word."
KEYWORD_SEPARATOR_PATTERN = re.compile(r"[,;\n]")


def find_keyword_problem(word: str, kept_words: Collection[str] = ()) -> str | None:
    """Return why a typed word cannot be a keyword, in a sentence, or None when it can.

    `kept_words`: those that the keyword has already. One from before PAUSE had a meaning keeps it.

    The word is judged as it is stored, folded by fold_text(), and as it is compared, by
    fold_keyword().
    """
    keyword = fold_text(word)
    if not fold_keyword(word):
        return "Enter a word made of letters or digits."
    if len(keyword) > MAX_KEYWORD_LENGTH:
        return (
            f"A keyword can have up to {MAX_KEYWORD_LENGTH} characters. This one has "
            f"{len(keyword):,}."
        )
    if len(keyword.split()) > MAX_KEYWORD_WORDS:
        return f"A keyword can have up to {MAX_KEYWORD_WORDS} words: people type it on a phone."
    return _explain_reserved_word(keyword) or _explain_pause_word(keyword, kept_words)


def _explain_pause_word(keyword: str, kept_words: Collection[str]) -> str | None:
    if keyword in kept_words or read_pause_days(keyword) is None:
        return None
    return f"{keyword} {PAUSE_WORD_REASON}"


def _explain_reserved_word(keyword: str) -> str | None:
    # "E.N.D." and "stóp" are compared without dots and accents, so they are judged so too.
    for spelling in (keyword, fold_words(keyword), fold_keyword(keyword)):
        reason = RESERVED_WORD_REASONS.get(classify_text(spelling))
        if reason:
            return f"{keyword} {reason}"
        if spelling in SURVEY_COMMAND_REASONS:
            return f"{keyword} {SURVEY_COMMAND_REASONS[spelling]}; choose another word."
    return None


def split_keywords(line: str) -> list[str]:
    """Return the words of a line with commas between them: folded, in order, without repeats.

    Of two that are compared alike ("CAFÉ", "cafe") the first is kept.
    """
    words: dict[str, str] = {}
    for word in KEYWORD_SEPARATOR_PATTERN.split(line):
        words.setdefault(fold_keyword(word), fold_text(word))
    words.pop("", None)
    return list(words.values())


def list_keyword_spellings(text: str) -> set[str]:
    """Return how a keyword may be stored, or compared.

    Folded by fold_text(); as it was typed (in the first version); by fold_keyword().
    """
    keyword = fold_text(text)
    if not keyword:
        return set()
    return {keyword, keyword.lower(), keyword.title(), fold_keyword(text)}


def list_whole_keywords(body: str) -> list[str]:
    """Return the keyword that the whole text would be, in both spellings; [] when too long."""
    if len(body) > MAX_CHARACTERS_SEARCHED:
        return []
    return _keep_keywords([fold_text(body), fold_keyword(body)])


def list_leading_keywords(body: str) -> list[str]:
    """Return the keywords that a text may begin with, the longest first.

    "join, please!" begins with JOIN PLEASE and with JOIN. Each as it may be stored, and as it is
    compared: "St. Mary please" begins with ST. MARY and STMARY.
    """
    beginning = body[:MAX_CHARACTERS_SEARCHED]
    # One word more than a keyword has: folding may remove one that is punctuation.
    first_words = beginning.split()[: MAX_KEYWORD_WORDS + 1]
    words = fold_text(" ".join(first_words)).split()[:MAX_KEYWORD_WORDS]
    keywords: list[str] = []
    for count in range(len(words), 0, -1):
        # A keyword may have punctuation inside, as in ST. MARY; a text has it between its words.
        keywords.append(fold_text(" ".join(words[:count])))
        keywords.append(" ".join(map(fold_text, words[:count])))
    # Word by word: "join.example.org" is one, and does not begin with JOIN.
    compared_words = list(map(fold_keyword, fold_text(beginning).split()))[:MAX_COMPARED_WORDS]
    for count in range(len(compared_words), 0, -1):
        keywords.append("".join(compared_words[:count]))
    return sorted(_keep_keywords(keywords), key=_count_letters, reverse=True)


def _count_letters(keyword: str) -> int:
    return len(fold_keyword(keyword))


def _keep_keywords(keywords: Iterable[str]) -> list[str]:
    return list(filter(_has_keyword_length, dict.fromkeys(keywords)))


def _has_keyword_length(keyword: str) -> bool:
    return 0 < len(keyword) <= MAX_KEYWORD_LENGTH
