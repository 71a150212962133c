"""Reading threads: lists of them, what is found, one conversation, whom it is with."""

from app.inbox.queries.conversation import Conversation, Said, conversation
from app.inbox.queries.listing import (
    STATES,
    Line,
    Listing,
    counts,
    listing,
    number_waiting,
    waiting,
)
from app.inbox.queries.person import Person, WhyNot, person, why_not
from app.inbox.queries.replies import saved_replies, saved_reply
from app.inbox.queries.searching import found
from app.inbox.queries.thread import last_inbound, name_of, thread, thread_of

__all__ = [
    "Conversation",
    "Line",
    "Listing",
    "Person",
    "STATES",
    "Said",
    "WhyNot",
    "conversation",
    "counts",
    "found",
    "last_inbound",
    "listing",
    "name_of",
    "number_waiting",
    "person",
    "saved_replies",
    "saved_reply",
    "thread",
    "thread_of",
    "waiting",
    "why_not",
]
