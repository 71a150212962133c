"""What a blast is called, whom it is for, and why somebody did not get its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    FAILED_STATUSES,
    NEVER_SENT_STATUSES,
    SUPERSEDED_REASON,
    BlastTarget,
    MessageStatus,
    UnknownReason,
)
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.texts.first_names import extract_first_name
from app.domain.texts.template_chips import cut_at_word, describe_template

MAX_BLAST_TITLE_LENGTH = 60
UNKNOWN_OUTCOME_LABEL = "We couldn't confirm this text was sent."
# Why an outcome is unknown, by the reason that is stored with the message.
UNKNOWN_CAUSE_LABELS = {
    UnknownReason.NO_ANSWER: f"{UNKNOWN_OUTCOME_LABEL} Twilio did not answer.",
    UnknownReason.CARRIER_FAULT: (f"{UNKNOWN_OUTCOME_LABEL} Twilio had an internal error."),
    UnknownReason.NO_NAME: f"{UNKNOWN_OUTCOME_LABEL} Twilio accepted it without an identifier.",
    UnknownReason.PROCESS_STOPPED: (f"{UNKNOWN_OUTCOME_LABEL} SMS Admin stopped while sending it."),
    UnknownReason.REPEATED_NAME: (
        f"{UNKNOWN_OUTCOME_LABEL} Twilio gave it the identifier of another text."
    ),
    UnknownReason.PUT_BACK: (
        f"{UNKNOWN_OUTCOME_LABEL} An older copy of the database was restored meanwhile."
    ),
}
# Why a message was not sent, by the reason that is stored with it.
UNSENT_REASON_LABELS = {
    **{reason.value: label for reason, (label, _) in SKIP_REASON_LABELS.items()},
    "stopped": "Stopped before it was sent.",
    "other_carrier": "Made in practice mode or for another account, so it was not sent.",
    "erased": "This person was erased before it was sent.",
    "too_late": "The time to stop sending had passed.",
    SUPERSEDED_REASON: "Their first number received it after all.",
}
RESTORED_LABEL = (
    "It was waiting when an older copy of the database was restored. "
    "Resend it if it is still wanted."
)
SECOND_NUMBER_LABEL = "Sent to their second number."
# What a status says by itself, where no reason is stored.
STATUS_LABELS = {
    MessageStatus.UNKNOWN: UNKNOWN_OUTCOME_LABEL,
    MessageStatus.NOT_SENT: (
        "Twilio has no record of this text after a day of checks. It was not sent again."
    ),
    MessageStatus.NO_RECEIPT: ("The carrier doesn't report delivery."),
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
        return StatusReason("")
    if row.status in FAILED_STATUSES:
        # What was not delivered had been taken, whether or not its SID is known.
        was_taken = row.provider_sid or row.status == MessageStatus.UNDELIVERED
        phase = "delivery" if was_taken else "create"
        sentence = find_error_code(row.error_code, phase).description
        if row.reason == SUPERSEDED_REASON:
            sentence = f"{sentence} {SECOND_NUMBER_LABEL}"
        return StatusReason(sentence, row.error_code)
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


class NamedBlast(Protocol):
    """A blast that waits or was released, as far as its name needs it."""

    @property
    def name(self) -> str | None:
        """What its author called it."""

    @property
    def message_body(self) -> str:
        """Its text, with placeholders."""


def name_blast(
    blast: NamedBlast,
    event_title: str | None = None,
    event_values: Mapping[str, str] | None = None,
) -> str:
    """Return what a blast is called on every page: its own name, else its first words.

    `event_title`: the title of its event; a released blast knows its own. `event_values`: of the
    event's placeholders; those that are not known are shown as "[Date]".
    """
    if blast.name:
        return blast.name
    title = event_title or getattr(blast, "event_title", None)
    values = dict(event_values or {}) | ({"event_title": title} if title else {})
    return _shorten_template(blast.message_body, values)


def format_blast_title(body: str, event_title: str | None = None, name: str | None = None) -> str:
    """Return a blast's own name, or without one how its text begins, cut at a word."""
    if name:
        return name
    return _shorten_template(body, {"event_title": event_title} if event_title else {})


def _shorten_template(body: str, event_values: Mapping[str, str]) -> str:
    return cut_at_word(describe_template(body, event_values), MAX_BLAST_TITLE_LENGTH)


def describe_test_phone(owner: str, tested_as: str | None, *, is_own: bool = False) -> str:
    """Return whom a test is for: the phone of the user who asked for it, never a member.

    `owner`: what pages call that user, or "". `is_own`: they read this themselves.
    """
    phone = "Your phone" if is_own else f"{owner or 'A user'}’s phone"
    if not tested_as:
        return phone
    return f"{phone}, as {extract_first_name(tested_as) or tested_as} would read it"


def describe_audience(target: BlastTarget, event_title: str | None) -> str:
    """Return whom a blast is for; an event without a title was deleted."""
    if target == BlastTarget.COMMUNITY:
        return "Everybody in the community"
    return f"Event: {event_title}" if event_title else "An event that was deleted"
