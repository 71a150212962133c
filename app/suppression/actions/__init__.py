"""Writing to the two lists and the ledger, and remembering who was erased."""

from app.suppression.actions import erased
from app.suppression.actions.lists import (
    METHODS,
    TABLES,
    TAKEN_OFF,
    Gone,
    OnlyThey,
    Removed,
    add_by_hand,
    grant,
    grant_many,
    lift,
    mark_dead,
    opt_out,
    remove,
    remove_many,
    take_back_many,
    withdraw_many,
)
from app.suppression.actions.questions import decide

__all__ = [
    "erased",
    "Gone",
    "METHODS",
    "OnlyThey",
    "Removed",
    "TABLES",
    "TAKEN_OFF",
    "add_by_hand",
    "decide",
    "grant",
    "grant_many",
    "lift",
    "mark_dead",
    "opt_out",
    "remove",
    "remove_many",
    "take_back_many",
    "withdraw_many",
]
