"""Keywords: which words can be one, and which of them a text may mean."""

import re

from app.domain.replies import Meaning, folded, meaning_of

LONGEST = 40
MOST_WORDS = 3
LOOKED_AT = 200  # signs of a text: more is no word, and first words are over by then
# A survey's own words: leave it, leave a question out, go back to the one before.
COMMANDS = {
    "DONE": "leaves a survey",
    "SKIP": "leaves out a question",
    "BACK": "goes back to the question before",
}
WHY_RESERVED = {
    Meaning.LEAVE: "is handled by law and Twilio; pick another word.",
    Meaning.MAYBE_LEAVE: "may mean STOP, so a person decides what follows; pick another word.",
    Meaning.RETURN: "brings back whoever said STOP; pick another word.",
    Meaning.HELP: "gets the organisation’s help text, as the law wants it; pick another word.",
}
SEPARATOR = re.compile(r"[,;\n]")


def problem_of(word: str) -> str | None:
    """Why a typed word cannot be a keyword, in a sentence; None when it can.

    Judged as it is stored: folded.
    """
    kept = folded(word)
    if not kept:
        return "Write a word of letters or digits."
    if len(kept) > LONGEST:
        return (
            f"A keyword has at most {LONGEST} characters. This one has {len(kept):,}."
        )
    if len(kept.split()) > MOST_WORDS:
        return f"A keyword has at most {MOST_WORDS} words: people type it on a phone."
    return _why_reserved(kept)


def _why_reserved(kept: str) -> str | None:
    reserved = WHY_RESERVED.get(meaning_of(kept))
    if reserved:
        return f"{kept} {reserved}"
    if kept in COMMANDS:
        return f"{kept} {COMMANDS[kept]}; pick another word."
    return None


def words_of(line: str) -> list[str]:
    """The words typed on one line with commas between them, folded, each once."""
    return list(
        dict.fromkeys(word for each in SEPARATOR.split(line) if (word := folded(each)))
    )


def whole(body: str) -> str | None:
    """The one word that a text is, if it is nothing else; None when it is too long for any."""
    kept = folded(body) if len(body) <= LOOKED_AT else ""
    return kept if 0 < len(kept) <= LONGEST else None


def beginnings(body: str) -> list[str]:
    """The words that a text may begin with, the longest first: 'join, please!' begins with JOIN
    PLEASE and JOIN.
    """
    spelt = folded(" ".join(body[:LOOKED_AT].split()[: MOST_WORDS + 1])).split()[
        :MOST_WORDS
    ]
    found: list[str] = []
    for count in range(len(spelt), 0, -1):
        # a keyword may have signs inside, as in ST. MARY; a text has them between its words
        found += [
            folded(" ".join(spelt[:count])),
            " ".join(folded(each) for each in spelt[:count]),
        ]
    return [each for each in dict.fromkeys(found) if 0 < len(each) <= LONGEST]
