"""Whom we may text, and why somebody in an audience gets no text."""

from enum import StrEnum


class SkipReason(StrEnum):
    """Why somebody in the audience gets no text. Stored as the reason of a skipped message."""

    SAID_STOP = "said_stop"
    NUMBER_DEAD = "number_dead"
    MAYBE_STOP = "maybe_stop"
    NO_CONSENT = "no_consent"
    EMPTY_TEXT = "empty_text"
    TOO_LONG = "too_long"
    COUNTRY_OFF = "country_off"
    REGISTERED_LATE = "registered_late"


# Why it may be otherwise by now: a person may send again to whoever was left out for one of these.
REVERSIBLE_SKIP_REASONS = (SkipReason.COUNTRY_OFF, SkipReason.MAYBE_STOP)

# What happened, and what the reader of the page can do about it.
SKIP_REASON_LABELS: dict[SkipReason, tuple[str, str]] = {
    SkipReason.SAID_STOP: ("Said STOP", "Only they can change that, by texting START."),
    SkipReason.NUMBER_DEAD: (
        "Number does not work",
        "Ask them for a new number and change it on their page.",
    ),
    SkipReason.MAYBE_STOP: (
        "Perhaps said STOP",
        "Decide in their conversation whether they want texts.",
    ),
    SkipReason.NO_CONSENT: (
        "Has not agreed to texts",
        "Record when and how they agreed, on their page.",
    ),
    SkipReason.EMPTY_TEXT: (
        "The text would be empty",
        "Add words to the text or a fallback to the name.",
    ),
    SkipReason.TOO_LONG: (
        "The text would be too long",
        "Shorten the text and send it to them as a new blast.",
    ),
    SkipReason.COUNTRY_OFF: (
        "Texts to their country are switched off",
        "Switch the country on in the Twilio console, or take a sender that reaches it; then send again to them.",
    ),
    SkipReason.REGISTERED_LATE: (
        "Registered too late for this reminder",
        "Nothing: they have just read when and where it is.",
    ),
}


def find_skip_reason(
    unsubscribed: bool,
    suppressed_category: str | None,
    *,
    maybe_stop: bool = False,
    consent_required: bool = False,
    last_word: str | None = None,
) -> SkipReason | None:
    """Why we must not text this number, None when we may.

    A soft failure never keeps a text from anybody.

    `maybe_stop`: they texted what may mean STOP, and nobody has decided; `last_word`: the
    newest line of the consent ledger (granted, withdrawn, returned), None when there is none.
    """
    if unsubscribed or suppressed_category == "opt_out":
        return SkipReason.SAID_STOP
    if suppressed_category == "hard_fail":
        return SkipReason.NUMBER_DEAD
    if maybe_stop:
        return SkipReason.MAYBE_STOP
    return (
        SkipReason.NO_CONSENT
        if consent_required and last_word not in ("granted", "returned")
        else None
    )
