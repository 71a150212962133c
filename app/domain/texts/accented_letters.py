"""Plain letters in texts: "mañana día" as "mañana dia", which is billed at 160 to a segment."""

import unicodedata

from app.domain.texts.plain_letters import write_plainly
from app.domain.texts.segments import GSM7_CHARACTERS
from app.domain.texts.template_pieces import PLACEHOLDER_PATTERN


def find_accented_letters(template: str) -> list[str]:
    """Return the letters of a text that a plain one can take the place of, each once, in order.

    Only where all of it fits into GSM-7 then; [] for other alphabets.
    """
    text = unicodedata.normalize("NFC", PLACEHOLDER_PATTERN.sub("", template))
    letters = [c for c in dict.fromkeys(text) if c.isalpha() and c not in GSM7_CHARACTERS]
    return letters if GSM7_CHARACTERS.issuperset(write_plain_letters(text)) else []


def write_plain_letters(template: str) -> str:
    """Return a text in plain letters and characters; its placeholders stay as they are."""
    pieces = []
    start = 0
    for placeholder in PLACEHOLDER_PATTERN.finditer(template):
        pieces += [write_plainly(template[start : placeholder.start()]), placeholder[0]]
        start = placeholder.end()
    return "".join([*pieces, write_plainly(template[start:])])
