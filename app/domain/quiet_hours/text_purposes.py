"""What a text is for, which decides at which hours it may be sent."""

from enum import StrEnum


class TextPurpose(StrEnum):
    """What a text is for. Replies and emergencies are sent at any hour."""

    BLAST = "blast"
    REMINDER = "reminder"
    SURVEY = "survey"
    REPLY = "reply"
    EMERGENCY = "emergency"


# A reply is part of a conversation that the reader has begun; an emergency cannot wait.
PURPOSES_WITH_HOURS = (TextPurpose.BLAST, TextPurpose.REMINDER, TextPurpose.SURVEY)
