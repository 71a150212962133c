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
# Where templates are offered today; the others are for pages that do not offer them yet.
OFFERED_PURPOSES = (TemplatePurpose.BLAST, TemplatePurpose.REMINDER, TemplatePurpose.REPLY)
# Whose texts may name an event: it is filled in where the text is used.
EVENT_PURPOSES = frozenset(
    {TemplatePurpose.BLAST, TemplatePurpose.REMINDER, TemplatePurpose.KEYWORD}
)
