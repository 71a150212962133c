"""Why a person in an audience gets no text.

The rule itself is SQL, so that it judges 100,000 people in one statement:
app/suppression/queries/sending_permission.py.
"""

from enum import StrEnum


class SkipReason(StrEnum):
    """Why a person in the audience gets no text. Stored as the reason of a skipped message."""

    SAID_STOP = "said_stop"
    PAUSED = "paused"
    NUMBER_DEAD = "number_dead"
    MAYBE_STOP = "maybe_stop"
    LEFT_TOPIC = "left_topic"
    NO_CONSENT = "no_consent"
    EMPTY_TEXT = "empty_text"
    TOO_LONG = "too_long"
    COUNTRY_OFF = "country_off"
    REGISTERED_LATE = "registered_late"
    NOT_COMING = "not_coming"
    NOT_A_CONTACT = "not_a_contact"
    OTHER_NUMBER = "other_number"
    TEXTED_TODAY = "texted_today"
    DAY_LIMIT = "day_limit"
    WEEK_LIMIT = "week_limit"
    OUTSIDE_HOURS = "outside_hours"


# These may have gone since: a person may send again to those who were skipped for them.
REVERSIBLE_SKIP_REASONS = (SkipReason.COUNTRY_OFF, SkipReason.MAYBE_STOP)

# What happened, and what the reader of the page can do about it, in two sentences.
SKIP_REASON_LABELS: dict[SkipReason, tuple[str, str]] = {
    SkipReason.SAID_STOP: ("Opted out", "Only they can undo this, by texting START."),
    SkipReason.PAUSED: (
        "Paused",
        "They get texts again when their pause is over, or sooner if they text START.",
    ),
    SkipReason.NUMBER_DEAD: (
        "Invalid number",
        "Ask them for a new number. An admin can change it on their page.",
    ),
    SkipReason.MAYBE_STOP: (
        "Possible opt-out",
        "Decide in their conversation whether they want texts.",
    ),
    SkipReason.LEFT_TOPIC: (
        "Left this topic",
        "They get your other texts. They can come back by texting JOIN and the topic's name.",
    ),
    SkipReason.NO_CONSENT: (
        "Has not agreed to texts",
        "Record on their page how they agreed. For many people, import their list again.",
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
        "Texts to their country are turned off",
        (
            "Turn on the country in the Twilio console, or use a sender that reaches it. Then "
            "send to them again."
        ),
    ),
    SkipReason.REGISTERED_LATE: (
        "Registered too late for this reminder",
        "Nothing to do: they have only just registered.",
    ),
    SkipReason.NOT_COMING: (
        "Not coming",
        "To text them anyway, change their answer on the event's page.",
    ),
    SkipReason.TEXTED_TODAY: (
        "Texted today already",
        "Send it to them tomorrow, as a new blast.",
    ),
    SkipReason.OUTSIDE_HOURS: (
        "Outside texting hours until the end time",
        "Send it to them as a new blast, with a later end time.",
    ),
    SkipReason.DAY_LIMIT: (
        "At the limit of texts a day",
        "Send it to them tomorrow, as a new blast. An admin can change the limit in Settings.",
    ),
    SkipReason.WEEK_LIMIT: (
        "At the limit of texts in 7 days",
        "Send it to them later, as a new blast. An admin can change the limit in Settings.",
    ),
    SkipReason.NOT_A_CONTACT: (
        "No longer in your contacts",
        "Add them again to text them.",
    ),
    SkipReason.OTHER_NUMBER: (
        "Their other number gets it",
        "Nothing to do: each person gets a text once, at their first number.",
    ),
}
