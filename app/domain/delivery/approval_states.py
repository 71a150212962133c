"""States of blasts that an admin approves, and of what was asked about them."""

from enum import StrEnum


class ApprovalState(StrEnum):
    """Whether a scheduled blast may be sent. One that needs no approval has no state."""

    WAITING = "waiting"
    APPROVED = "approved"
    # It waits until its sender edits or cancels it.
    DECLINED = "declined"


APPROVAL_WORDS = {
    ApprovalState.WAITING: "Waits for approval",
    ApprovalState.APPROVED: "Approved",
    ApprovalState.DECLINED: "Declined",
}


class RequestState(StrEnum):
    """What became of one request for approval."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    # The blast was edited, canceled or has ended before anyone decided.
    WITHDRAWN = "withdrawn"


class DecisionChannel(StrEnum):
    """Where an admin decided."""

    PAGE = "page"
    TEXT = "text"
