"""Signatures below a text: "Sent from my iPhone", "-- " and what follows, "- Maria"."""

import re
from pathlib import Path

from app.domain.texts.word_tables import load_pattern_table

# A signature is short and at the end: what is read of a text.
MAX_SIGNATURE_LENGTH = 200

_PATTERNS = load_pattern_table(Path(__file__).with_suffix(".txt"))
# "STOP Sent from my Verizon phone": on a line of its own, or behind the text.
_SENT_FROM_PATTERN = re.compile(
    rf"(?:(?<=\s)|^)[-–—_ ]{{0,4}}(?:{_PATTERNS['lead']})\b[^\n]{{0,40}}?"
    rf"(?<!\w)(?:{_PATTERNS['device']})(?!\w)[^\n]{{0,60}}\s*\Z",
    re.IGNORECASE,
)
_SENT_LAST_PATTERN = re.compile(rf"\n[ \t]*(?:{_PATTERNS['last']})[ \t.]*\Z", re.IGNORECASE)
# The mark of e-mail programs, at most six lines from the end.
_MARK_PATTERN = re.compile(r"(?:^|\n)[ \t]*(?:--|—|__+)[ \t]*\n(?:[^\n]{0,80}\n?){0,6}\Z")
_NAME_WORD = r"[A-Z\u00c0-\u00dd][^\W\d_]*(?:[’'-][^\W\d_]+)?\.?"
_NAME = rf"{_NAME_WORD}(?: {_NAME_WORD}){{0,3}}"
_DASHED_NAME_PATTERN = re.compile(rf"\n[ \t]*[-–—~]{{1,2}}[ \t]*{_NAME}[ \t]*\Z")
# A command in capitals, and a name on the line below: "PICNIC", "Maria Gonzalez".
_COMMAND_AND_NAME_PATTERN = re.compile(
    rf"([A-Z0-9]{{2,20}}[.!]?)[ \t]*\n\s*(?={_NAME}\s*\Z)(?=\S*[a-z])[^\n]+\s*"
)


def remove_signature(body: str) -> str:
    """Return a text without the signature at its end; a text that is nothing else stays."""
    text = body.rstrip()
    end = text[-MAX_SIGNATURE_LENGTH:]
    rest = _remove_from_end(end)
    if rest == end:
        return body
    without = text[: len(text) - len(end)] + rest
    return without if without.strip() else body


def _remove_from_end(end: str) -> str:
    for pattern in (_SENT_FROM_PATTERN, _SENT_LAST_PATTERN, _MARK_PATTERN, _DASHED_NAME_PATTERN):
        match = pattern.search(end)
        if match:
            end = end[: match.start()].rstrip()
    match = _COMMAND_AND_NAME_PATTERN.fullmatch(end)
    return match[1] if match else end
