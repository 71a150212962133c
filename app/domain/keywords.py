"""Words that may start something: a keyword's or a survey's."""

from app.domain.replies import Meaning, folded, meaning_of

LONGEST = 40
OURS = {"DONE": "leaves a survey", "SKIP": "passes a question", "BACK": "goes back to the question before"}
RESERVED = {
    Meaning.LEAVE: "{word} is how people leave your list: by law, whoever texts it gets no more texts.",
    Meaning.RETURN: "{word} is how somebody comes back after STOP.",
    Meaning.HELP: "{word} is answered with what your organisation says about itself.",
}


def problem_of(word: str) -> str | None:
    """Why this cannot be a keyword, in a sentence; None when it can. `word` in whatever spelling."""
    key = folded(word)
    if not key:
        return "Write a word of letters or digits."
    if len(key) > LONGEST:
        return f"A keyword has at most {LONGEST} characters. This one has {len(key)}."
    meaning = meaning_of(key)
    if meaning in RESERVED:
        return f"{RESERVED[meaning].format(word=key)} Choose another word."
    if key in OURS:
        return f"{key} {OURS[key]}. Choose another word."
    return None
