"""Whether a text of ours asks its readers for an answer."""

import re

_ADDRESS_PATTERN = re.compile(r"\S*://\S+|\bwww\.\S+", re.IGNORECASE)
_QUESTION_MARK_PATTERN = re.compile(r"[?？¿؟]")
_REQUEST_PATTERN = re.compile(
    r"\b(?:rsvp|reply|respond|answer|text (?:us|me|back|yes|no)|let (?:us|me) know|tell (?:us|me)"
    r"|yes or no|vote|responde|responda|conteste|contesta|avise|avísenos|díganos|sí o no"
    r"|répondez|réponds|dites-nous|oui ou non|antworten|antworte|ja oder nein|sagen sie uns)\b",
    re.IGNORECASE,
)
# "Reply STOP to opt out" asks nobody.
_OPT_OUT_PATTERN = re.compile(
    r"\b(?:stop|help|unsubscribe|opt[- ]?out|alto|baja|arret|arrêt|cancel)\b", re.IGNORECASE
)
_SENTENCE_PATTERN = re.compile(r"[^.!?？؟\n]+[.!?？؟]*")


def asks_something(body: str) -> bool:
    """Whether a text asks something: a question mark, "RSVP", "reply YES", "let us know"."""
    for sentence in _SENTENCE_PATTERN.findall(_ADDRESS_PATTERN.sub("", body)):
        if _OPT_OUT_PATTERN.search(sentence):
            continue
        if _QUESTION_MARK_PATTERN.search(sentence) or _REQUEST_PATTERN.search(sentence):
            return True
    return False
