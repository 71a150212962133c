"""Writing to the two lists and the ledger, and remembering who was erased."""

from app.core.db import NotFound
from app.suppression.actions import erased_numbers
from app.suppression.actions.stop_questions import (
    close_overdue_stop_questions,
    open_stop_question,
    record_stop_verdict,
)
from app.suppression.actions.suppression_list import (
    ADMIN_REMOVAL_EVIDENCE,
    CONSENT_METHOD_BY_SOURCE,
    MODEL_BY_LIST,
    OnlyOwnerCanOptIn,
    SuppressionRemovals,
    add_manual_opt_out,
    grant_consent,
    grant_import_consent,
    lift_opt_outs,
    mark_number_undeliverable,
    record_opt_out,
    remove_suppression_entries,
    remove_suppression_entry,
    revert_import_consent,
    withdraw_import_consent,
)

__all__ = [
    "erased_numbers",
    "NotFound",
    "CONSENT_METHOD_BY_SOURCE",
    "OnlyOwnerCanOptIn",
    "SuppressionRemovals",
    "MODEL_BY_LIST",
    "ADMIN_REMOVAL_EVIDENCE",
    "add_manual_opt_out",
    "open_stop_question",
    "record_stop_verdict",
    "close_overdue_stop_questions",
    "grant_consent",
    "grant_import_consent",
    "lift_opt_outs",
    "mark_number_undeliverable",
    "record_opt_out",
    "remove_suppression_entry",
    "remove_suppression_entries",
    "revert_import_consent",
    "withdraw_import_consent",
]
