"""The people of an earlier blast by what came of it: whom one can text from its page."""

from dataclasses import dataclass
from enum import StrEnum


class BlastOutcome(StrEnum):
    """Which people of a blast; the values are stored and stand in addresses."""

    EVERYONE = "everyone"
    DELIVERED = "delivered"
    NO_REPLY = "no_reply"
    REPLIED = "replied"
    YES = "yes"
    NO = "no"
    OTHER = "other"
    FAILED = "failed"
    NOT_SENT = "not_sent"


@dataclass(frozen=True)
class ResultsAudience:
    """The people of the blast `log_id` with one outcome, as they are when a new blast is sent."""

    log_id: int
    outcome: BlastOutcome


# After "The 7" or "The".
OUTCOME_LABELS: dict[BlastOutcome, tuple[str, str]] = {
    BlastOutcome.EVERYONE: ("person who was sent it", "people who were sent it"),
    BlastOutcome.DELIVERED: ("person who received it", "people who received it"),
    BlastOutcome.NO_REPLY: ("person who did not answer", "people who did not answer"),
    BlastOutcome.REPLIED: ("person who answered", "people who answered"),
    BlastOutcome.YES: ("person who answered yes", "people who answered yes"),
    BlastOutcome.NO: ("person who answered no", "people who answered no"),
    BlastOutcome.OTHER: (
        "person who answered something else",
        "people who answered something else",
    ),
    BlastOutcome.FAILED: ("person it did not reach", "people it did not reach"),
    BlastOutcome.NOT_SENT: ("person it was not sent to", "people it was not sent to"),
}
# Among other lists, with the title of the blast: "Choir and people who did not answer “Picnic”".
_OUTCOME_PHRASES: dict[BlastOutcome, str] = {
    BlastOutcome.EVERYONE: "people who were sent {}",
    BlastOutcome.DELIVERED: "people who received {}",
    BlastOutcome.NO_REPLY: "people who did not answer {}",
    BlastOutcome.REPLIED: "people who answered {}",
    BlastOutcome.YES: "people who answered yes to {}",
    BlastOutcome.NO: "people who answered no to {}",
    BlastOutcome.OTHER: "people who answered something else to {}",
    BlastOutcome.FAILED: "people {} did not reach",
    BlastOutcome.NOT_SENT: "people {} was not sent to",
}
# How the people are chosen, for the review page.
OUTCOME_RULES: dict[BlastOutcome, str] = {
    BlastOutcome.EVERYONE: "Everyone the earlier blast was sent to.",
    BlastOutcome.DELIVERED: "Everyone whose phone received the earlier blast.",
    BlastOutcome.NO_REPLY: (
        "Everyone who was sent the earlier blast and has not texted back within 72 hours."
    ),
    BlastOutcome.REPLIED: "Everyone who texted back within 72 hours, except to opt out.",
    BlastOutcome.YES: "Everyone who texted back yes within 72 hours.",
    BlastOutcome.NO: "Everyone who texted back no within 72 hours.",
    BlastOutcome.OTHER: "Everyone who texted back something other than yes or no.",
    BlastOutcome.FAILED: (
        "Everyone whose text failed. Unconfirmed texts may have arrived, so those people are not "
        "included."
    ),
    BlastOutcome.NOT_SENT: (
        "Everyone whose text was never sent because the blast was stopped or ended. Unconfirmed "
        "texts may have arrived, so those people are not included."
    ),
}


def describe_outcome(outcome: BlastOutcome, title: str, count: int | None = None) -> str:
    """Return "The 7 people who did not answer “Picnic”"; without a count, "People who …"."""
    one, plural = OUTCOME_LABELS[outcome]
    if count is None:
        return f"{plural[0].upper()}{plural[1:]}: “{title}”"
    noun = one if count == 1 else plural
    return f"The {count:,} {noun}: “{title}”"


def build_outcome_choices() -> dict[str, str]:
    """Return the outcomes by value, as "People who did not answer"; that one comes first."""
    first = BlastOutcome.NO_REPLY
    ordered = [first, *(outcome for outcome in BlastOutcome if outcome is not first)]
    labels = {outcome: OUTCOME_LABELS[outcome][1] for outcome in ordered}
    return {outcome.value: f"{label[0].upper()}{label[1:]}" for outcome, label in labels.items()}


def name_outcome(outcome: BlastOutcome, title: str) -> str:
    """Return the people of a blast inside a sentence: "people who did not answer “Picnic”"."""
    return _OUTCOME_PHRASES[outcome].format(f"“{title}”")
