"""Keywords: which words can be one, and which of them a text may mean."""

import re

from app.domain.texts.text_intent import TextIntent, classify_text, fold_text

MAX_KEYWORD_LENGTH = 40
MAX_KEYWORD_WORDS = 3
MAX_CHARACTERS_SEARCHED = 200  # signs of a text: more is no word, and first words are over by then
# A survey's own words: leave it, leave a question out, go back to the one before.
SURVEY_COMMAND_REASONS = {
    "DONE": "leaves a survey",
    "SKIP": "leaves out a question",
    "BACK": "goes back to the question before",
}
RESERVED_WORD_REASONS = {
    TextIntent.OPT_OUT: "is handled by law and Twilio; pick another word.",
    TextIntent.MAYBE_OPT_OUT: "may mean STOP, so a person decides what follows; pick another word.",
    TextIntent.OPT_IN: "brings back whoever said STOP; pick another word.",
    TextIntent.HELP: "gets the organisation’s help text, as the law wants it; pick another word.",
}
KEYWORD_SEPARATOR_PATTERN = re.compile(r"[,;\n]")


def find_keyword_problem(word: str) -> str | None:
    """Why a typed word cannot be a keyword, in a sentence; None when it can.

    Judged as it is stored: folded.
    """
    kept = fold_text(word)
    if not kept:
        return "Write a word of letters or digits."
    if len(kept) > MAX_KEYWORD_LENGTH:
        return f"A keyword has at most {MAX_KEYWORD_LENGTH} characters. This one has {len(kept):,}."
    if len(kept.split()) > MAX_KEYWORD_WORDS:
        return f"A keyword has at most {MAX_KEYWORD_WORDS} words: people type it on a phone."
    return _explain_reserved_word(kept)


def _explain_reserved_word(kept: str) -> str | None:
    reserved = RESERVED_WORD_REASONS.get(classify_text(kept))
    if reserved:
        return f"{kept} {reserved}"
    if kept in SURVEY_COMMAND_REASONS:
        return f"{kept} {SURVEY_COMMAND_REASONS[kept]}; pick another word."
    return None


def split_keywords(line: str) -> list[str]:
    """The words typed on one line with commas between them, folded, each once."""
    return list(
        dict.fromkeys(
            word for each in KEYWORD_SEPARATOR_PATTERN.split(line) if (word := fold_text(each))
        )
    )


def extract_whole_keyword(body: str) -> str | None:
    """The one word that a text is, if it is nothing else; None when it is too long for any."""
    kept = fold_text(body) if len(body) <= MAX_CHARACTERS_SEARCHED else ""
    return kept if 0 < len(kept) <= MAX_KEYWORD_LENGTH else None


def list_leading_keywords(body: str) -> list[str]:
    """The words that a text may begin with, the longest first: 'join, please!' begins with JOIN
    PLEASE and JOIN.
    """
    spelt = fold_text(
        " ".join(body[:MAX_CHARACTERS_SEARCHED].split()[: MAX_KEYWORD_WORDS + 1])
    ).split()[:MAX_KEYWORD_WORDS]
    found: list[str] = []
    for count in range(len(spelt), 0, -1):
        # a keyword may have signs inside, as in ST. MARY; a text has them between its words
        found += [
            fold_text(" ".join(spelt[:count])),
            " ".join(fold_text(each) for each in spelt[:count]),
        ]
    return [each for each in dict.fromkeys(found) if 0 < len(each) <= MAX_KEYWORD_LENGTH]
