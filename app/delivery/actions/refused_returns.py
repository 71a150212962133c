"""People who texted START, and whose texts the carrier still refuses (21610).

The conversation says so: the inbox may import delivery and not the other way round, so it
registers what is called here.
"""

from collections.abc import Callable

from flask import Flask, current_app

from app.suppression.models import ConsentAct
from app.suppression.queries.consent_history import find_last_consent_act

_EXTENSION = "refused_returns"


def install_refused_return_hook(app: Flask, mark_wants_back: Callable[[str], None]) -> None:
    """Register what marks the conversation of a phone that asked for texts again."""
    app.extensions[_EXTENSION] = mark_wants_back


def report_refused_return(phone: str) -> None:
    """Mark a phone whose last word was to come back, and that the carrier still refuses.

    Called before the refusal is recorded as an opt-out. Inside write().
    """
    if find_last_consent_act(phone) is ConsentAct.RETURNED:
        current_app.extensions[_EXTENSION](phone)
