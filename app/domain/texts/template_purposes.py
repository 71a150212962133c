"""What a saved template is for, and where it is offered."""

from enum import StrEnum


class TemplatePurpose(StrEnum):
    """What the text of a template is for."""

    BLAST = "blast"
    REMINDER = "reminder"
    REPLY = "reply"
    KEYWORD = "keyword"
    SURVEY = "survey"
    SYSTEM = "system"


PURPOSE_LABELS = {
    TemplatePurpose.BLAST: "Blasts",
    TemplatePurpose.REMINDER: "Reminders",
    TemplatePurpose.REPLY: "Replies",
    TemplatePurpose.KEYWORD: "Keywords",
    TemplatePurpose.SURVEY: "Surveys",
    TemplatePurpose.SYSTEM: "Notices",
}
# What a user's templates are for; those for notices come with the program.
OFFERED_PURPOSES = (
    TemplatePurpose.BLAST,
    TemplatePurpose.REMINDER,
    TemplatePurpose.REPLY,
    TemplatePurpose.KEYWORD,
    TemplatePurpose.SURVEY,
)
# Whose texts may name an event: it is filled in where the text is used.
EVENT_PURPOSES = frozenset(
    {TemplatePurpose.BLAST, TemplatePurpose.REMINDER, TemplatePurpose.KEYWORD}
)
