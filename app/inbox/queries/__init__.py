"""Reading threads: lists of them, what is found, one conversation, whom it is with."""

from app.inbox.queries.conversation_contact import (
    ConversationContact,
    ReplyObstacle,
    find_reply_obstacle,
    load_conversation_contact,
)
from app.inbox.queries.conversation_list import (
    LIST_STATES,
    ThreadListItem,
    ThreadListPage,
    count_threads_by_state,
    count_waiting_threads,
    list_threads,
    select_waiting_thread_count,
)
from app.inbox.queries.conversation_search import search_threads
from app.inbox.queries.conversation_texts import (
    ConversationEntry,
    ConversationPage,
    load_conversation_page,
)
from app.inbox.queries.saved_replies import find_saved_replies, find_saved_reply
from app.inbox.queries.threads import (
    find_contact_name,
    find_last_inbound_id,
    find_thread,
    find_thread_by_phone,
)

__all__ = [
    "ConversationPage",
    "ThreadListItem",
    "ThreadListPage",
    "ConversationContact",
    "LIST_STATES",
    "ConversationEntry",
    "ReplyObstacle",
    "load_conversation_page",
    "count_threads_by_state",
    "search_threads",
    "find_last_inbound_id",
    "list_threads",
    "find_contact_name",
    "count_waiting_threads",
    "load_conversation_contact",
    "find_saved_replies",
    "find_saved_reply",
    "find_thread",
    "find_thread_by_phone",
    "select_waiting_thread_count",
    "find_reply_obstacle",
]
