"""Reading the lists of numbers that get no texts, who said yes, and what waits for a decision."""

from app.suppression.queries.ledger import (
    ACT_WORDS,
    METHOD_WORDS,
    Word,
    history,
    last_act,
    newest_act,
    newest_line,
    stop_is_known,
)
from app.suppression.queries.lists import (
    KINDS,
    SORTS,
    SOURCES,
    THEIR_OWN_WORD,
    Entry,
    Narrowed,
    entries_of,
    entry,
    everybody,
    is_their_own_word,
    page,
)
from app.suppression.queries.permission import (
    LEFT_OUT,
    SAID_STOP,
    has_opted_out,
    is_left_out,
    left_out,
    off_limits,
    reasons_for,
)
from app.suppression.queries.questions import (
    open_question,
    open_questions,
)

__all__ = [
    "ACT_WORDS",
    "Entry",
    "KINDS",
    "LEFT_OUT",
    "METHOD_WORDS",
    "Narrowed",
    "SAID_STOP",
    "SORTS",
    "SOURCES",
    "THEIR_OWN_WORD",
    "Word",
    "entries_of",
    "entry",
    "everybody",
    "has_opted_out",
    "history",
    "is_left_out",
    "is_their_own_word",
    "last_act",
    "left_out",
    "newest_act",
    "newest_line",
    "off_limits",
    "open_question",
    "open_questions",
    "page",
    "reasons_for",
    "stop_is_known",
]
