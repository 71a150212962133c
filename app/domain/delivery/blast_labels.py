"""What a blast is called, whom it is for, and why somebody did not get its text."""

from dataclasses import dataclass
from typing import Any

from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    FAILED_STATUSES,
    NEVER_SENT_STATUSES,
    BlastTarget,
    MessageStatus,
    UnknownReason,
)
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.texts.message_templates import GENERIC_EVENT_VALUES, fill_template

MAX_BLAST_TITLE_LENGTH = 60
UNKNOWN_OUTCOME_LABEL = "We do not know whether it left."
# Why an outcome is unknown, by the reason that is stored with the message.
UNKNOWN_CAUSE_LABELS = {
    UnknownReason.NO_ANSWER: f"Twilio did not answer. {UNKNOWN_OUTCOME_LABEL}",
    UnknownReason.CARRIER_FAULT: (
        f"Twilio answered with a fault of its own. {UNKNOWN_OUTCOME_LABEL}"
    ),
    UnknownReason.NO_NAME: f"Twilio said yes, but did not name the text. {UNKNOWN_OUTCOME_LABEL}",
    UnknownReason.PROCESS_STOPPED: (
        f"SMS Admin stopped while it was leaving. {UNKNOWN_OUTCOME_LABEL}"
    ),
    UnknownReason.REPEATED_NAME: (
        f"Twilio gave it the name of another text. {UNKNOWN_OUTCOME_LABEL}"
    ),
    UnknownReason.PUT_BACK: (
        f"The database was put back to an older state meanwhile. {UNKNOWN_OUTCOME_LABEL}"
    ),
}
# Why a message was not sent, by the reason that is stored with it.
UNSENT_REASON_LABELS = {
    **{reason.value: label for reason, (label, _) in SKIP_REASON_LABELS.items()},
    "stopped": "Stopped by a person before it left.",
    "other_carrier": "Made in practice mode or for another account, so it never left.",
    "erased": "They asked to be erased before it left.",
    "too_late": "It was too late when it could have been sent.",
}
RESTORED_LABEL = (
    "It waited when an older copy of the database was restored. "
    "Send it again if it is still wanted."
)
# What a status says by itself, where no reason is stored.
STATUS_LABELS = {
    MessageStatus.UNKNOWN: UNKNOWN_OUTCOME_LABEL,
    MessageStatus.NOT_SENT: (
        "Twilio knows nothing of it, after a day of asking. It is not sent again by itself."
    ),
    MessageStatus.NO_RECEIPT: (
        "The carrier took it; the phone company never said what became of it."
    ),
    MessageStatus.CANCELLED: UNSENT_REASON_LABELS["stopped"],
    MessageStatus.EXPIRED: UNSENT_REASON_LABELS["too_late"],
}


@dataclass(frozen=True)
class StatusReason:
    """Why a message has its status: a sentence, "" where the status says it all.

    `code`: the carrier's error code, if it gave one.
    """

    sentence: str
    code: int | None = None


def explain_message_status(row: Any) -> StatusReason:
    """Return why a message has its status.

    `row`: anything with status, reason, error_code and provider_sid.
    """
    if row.status == MessageStatus.OPTED_OUT and not row.error_code:
        return StatusReason(UNSENT_REASON_LABELS["said_stop"])
    if row.status in FAILED_STATUSES:
        # What was not delivered had been taken, whether or not its SID is known.
        was_taken = row.provider_sid or row.status == MessageStatus.UNDELIVERED
        phase = "delivery" if was_taken else "create"
        return StatusReason(find_error_code(row.error_code, phase).description, row.error_code)
    return StatusReason(_explain_stored_reason(row) or STATUS_LABELS.get(row.status, ""))


def _explain_stored_reason(row: Any) -> str:
    """Return the label of the stored reason, where it is the reason of this status.

    A doubtful message may have got another status since its reason was stored.
    """
    if row.status == MessageStatus.UNKNOWN:
        return UNKNOWN_CAUSE_LABELS.get(row.reason, "")
    if row.status == MessageStatus.NOT_SENT:
        return RESTORED_LABEL if row.reason == "restored" else ""
    if row.status in NEVER_SENT_STATUSES:
        return UNSENT_REASON_LABELS.get(row.reason or "", "")
    return ""


def format_blast_title(body: str, event_title: str | None = None) -> str:
    """Return how a blast's text begins, as somebody without a name reads it."""
    values = dict(GENERIC_EVENT_VALUES)
    if event_title:
        values["event_title"] = event_title
    line = " ".join(fill_template(body, None, values).split())
    if len(line) <= MAX_BLAST_TITLE_LENGTH:
        return line
    return line[: MAX_BLAST_TITLE_LENGTH - 1].rstrip(" .,;:!?–-") + "…"


def describe_audience(target: BlastTarget, event_title: str | None) -> str:
    """Return whom a blast is for; an event without a title was deleted."""
    if target == BlastTarget.COMMUNITY:
        return "Everybody in the community"
    return f"Event: {event_title}" if event_title else "An event that was deleted"
