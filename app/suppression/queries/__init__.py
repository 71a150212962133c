"""Reading the lists of numbers that get no texts, who said yes, and what waits for a decision."""

from app.suppression.queries.consent_history import (
    CONSENT_ACT_LABELS,
    CONSENT_METHOD_LABELS,
    ConsentHistoryEntry,
    find_last_consent_act,
    has_recorded_stop,
    list_consent_history,
    select_newest_consent_act,
    select_newest_consent_id,
)
from app.suppression.queries.sending_permission import (
    SAID_STOP_REASON,
    SUPPRESSION_REASON_STATEMENT,
    find_suppression_reason,
    find_suppression_reasons,
    has_opted_out,
    select_list_suppression_reason,
    select_suppression_reason,
)
from app.suppression.queries.stop_questions import (
    count_open_stop_questions,
    find_open_stop_question,
)
from app.suppression.queries.suppression_list import (
    LIST_KINDS,
    OWNER_SOURCES,
    SOURCE_LABELS,
    SUPPRESSION_SORT_KEYS,
    SuppressionEntry,
    SuppressionFilter,
    find_suppression_entries_by_phone,
    find_suppression_entry,
    is_owner_opt_out,
    iterate_suppression_entries,
    load_suppression_page,
)

__all__ = [
    "CONSENT_ACT_LABELS",
    "SuppressionEntry",
    "LIST_KINDS",
    "SUPPRESSION_REASON_STATEMENT",
    "CONSENT_METHOD_LABELS",
    "SuppressionFilter",
    "SAID_STOP_REASON",
    "SUPPRESSION_SORT_KEYS",
    "SOURCE_LABELS",
    "OWNER_SOURCES",
    "ConsentHistoryEntry",
    "find_suppression_entries_by_phone",
    "find_suppression_entry",
    "iterate_suppression_entries",
    "has_opted_out",
    "list_consent_history",
    "find_suppression_reason",
    "is_owner_opt_out",
    "find_last_consent_act",
    "select_suppression_reason",
    "select_newest_consent_act",
    "select_newest_consent_id",
    "select_list_suppression_reason",
    "find_open_stop_question",
    "count_open_stop_questions",
    "load_suppression_page",
    "find_suppression_reasons",
    "has_recorded_stop",
]
