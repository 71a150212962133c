"""Keywords: which words may be one, and which of them an inbound text may mean."""

import re

from app.domain.surveys.survey_commands import BACK_COMMAND, LEAVE_COMMAND, SKIP_COMMAND
from app.domain.texts.text_intent import TextIntent, classify_text, fold_text

MAX_KEYWORD_LENGTH = 40
MAX_KEYWORD_WORDS = 3
# A longer text is no keyword, and its first words are over by then.
MAX_CHARACTERS_SEARCHED = 200
SURVEY_COMMAND_REASONS = {
    LEAVE_COMMAND: "leaves a survey",
    SKIP_COMMAND: "leaves out a question",
    BACK_COMMAND: "goes back to the question before",
}
RESERVED_WORD_REASONS = {
    TextIntent.OPT_OUT: "is handled by law and Twilio; pick another word.",
    TextIntent.MAYBE_OPT_OUT: "may mean STOP, so a person decides what follows; pick another word.",
    TextIntent.OPT_IN: "brings back whoever said STOP; pick another word.",
    TextIntent.HELP: "gets the organisation’s help text, as the law wants it; pick another word.",
}
KEYWORD_SEPARATOR_PATTERN = re.compile(r"[,;\n]")


def find_keyword_problem(word: str) -> str | None:
    """Return why a typed word cannot be a keyword, in a sentence, or None when it can.

    The word is judged as it is stored: folded by fold_text().
    """
    keyword = fold_text(word)
    if not keyword:
        return "Write a word of letters or digits."
    if len(keyword) > MAX_KEYWORD_LENGTH:
        return (
            f"A keyword has at most {MAX_KEYWORD_LENGTH} characters. This one has {len(keyword):,}."
        )
    if len(keyword.split()) > MAX_KEYWORD_WORDS:
        return f"A keyword has at most {MAX_KEYWORD_WORDS} words: people type it on a phone."
    return _explain_reserved_word(keyword)


def _explain_reserved_word(keyword: str) -> str | None:
    reason = RESERVED_WORD_REASONS.get(classify_text(keyword))
    if reason:
        return f"{keyword} {reason}"
    if keyword in SURVEY_COMMAND_REASONS:
        return f"{keyword} {SURVEY_COMMAND_REASONS[keyword]}; pick another word."
    return None


def split_keywords(line: str) -> list[str]:
    """Return the words of a line with commas between them: folded, in order, without repeats."""
    keywords = dict.fromkeys(map(fold_text, KEYWORD_SEPARATOR_PATTERN.split(line)))
    return list(filter(None, keywords))


def list_keyword_spellings(text: str) -> set[str]:
    """Return how a keyword may be stored: folded, or as it was typed (in the first version)."""
    keyword = fold_text(text)
    return {keyword, keyword.lower(), keyword.title()} if keyword else set()


def extract_whole_keyword(body: str) -> str | None:
    """Return the keyword that the whole text would be, or None when it is empty or too long."""
    if len(body) > MAX_CHARACTERS_SEARCHED:
        return None
    keyword = fold_text(body)
    return keyword if _has_keyword_length(keyword) else None


def list_leading_keywords(body: str) -> list[str]:
    """Return the keywords that a text may begin with, the longest first.

    "join, please!" begins with JOIN PLEASE and with JOIN.
    """
    # One word more than a keyword has: folding may remove one that is punctuation.
    first_words = body[:MAX_CHARACTERS_SEARCHED].split()[: MAX_KEYWORD_WORDS + 1]
    words = fold_text(" ".join(first_words)).split()[:MAX_KEYWORD_WORDS]
    keywords: list[str] = []
    for count in range(len(words), 0, -1):
        # A keyword may have punctuation inside, as in ST. MARY; a text has it between its words.
        keywords.append(fold_text(" ".join(words[:count])))
        keywords.append(" ".join(map(fold_text, words[:count])))
    return list(filter(_has_keyword_length, dict.fromkeys(keywords)))


def _has_keyword_length(keyword: str) -> bool:
    return 0 < len(keyword) <= MAX_KEYWORD_LENGTH
