"""The words that a person wrote in a text: without what phones and mail programs add.

Whoever quotes us repeats our words: “Reply STOP to opt out” in a heart is no STOP. So every text
is read without its quotations and signatures first, and what a phone writes by itself (a
reaction, "I'm driving") is told from what a person writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.texts.machine_texts import MACHINE_SECONDS, is_machine_text
from app.domain.texts.quoted_texts import QUOTE_MARKS, remove_quotations
from app.domain.texts.reactions import find_reaction
from app.domain.texts.signatures import remove_signature


class TextAuthor(StrEnum):
    """Who wrote a text: a person, a person by a reaction of the phone, or a machine alone."""

    PERSON = "person"
    REACTION = "reaction"
    MACHINE = "machine"


@dataclass(frozen=True)
class InboundReading:
    """What a text says.

    `words`: what the person wrote, without quotations and signatures; "" when it is nothing else,
    and for a reaction or a machine's text. `kind`: who wrote it. `quoted_text`: the text that a
    reaction means, None when it is unknown; `reaction`: what the phone wrote of it ("Loved").
    """

    words: str
    kind: TextAuthor = TextAuthor.PERSON
    quoted_text: str | None = None
    reaction: str = ""


def read_inbound_text(
    body: str, our_last_texts: Sequence[str] = (), seconds_since_ours: float | None = None
) -> InboundReading:
    """Return what a text says.

    `our_last_texts`: what we texted to that number last, the newest first; `seconds_since_ours`:
    since the newest of them.
    """
    reaction = find_reaction(body, our_last_texts)
    if reaction:
        return InboundReading("", TextAuthor.REACTION, reaction.quoted_text, reaction.words)
    words = remove_signature(remove_quotations(body, our_last_texts))
    if is_machine_text(words, seconds_since_ours):
        return InboundReading("", TextAuthor.MACHINE)
    return InboundReading(words)


def may_read_otherwise(
    body: str, our_last_texts: Sequence[str], seconds_since_ours: float | None
) -> bool:
    """Whether a text may say something else when our last texts are known: it repeats them.

    A fifth of the cost of reading it once more: most texts repeat nothing.
    """
    if seconds_since_ours is not None and 0 <= seconds_since_ours <= MACHINE_SECONDS:
        return True
    if not QUOTE_MARKS.isdisjoint(body):
        return True
    return remove_quotations(body, our_last_texts) != remove_quotations(body)
