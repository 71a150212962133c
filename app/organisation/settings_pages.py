"""The pages of their own that the Settings page links to."""

from typing import NamedTuple


class SettingsPage(NamedTuple):
    """A page that the Settings page links to; `id` is the anchor of its section."""

    id: str
    title: str
    endpoint: str
    hint: str
    button: str


# In the order of their sections.
SETTINGS_PAGES = (
    SettingsPage(
        "hours",
        "Texting hours",
        "texting_hours.edit_texting_hours",
        "At which hours blasts, reminders and surveys are sent, and days without texts.",
        "Show texting hours",
    ),
    SettingsPage(
        "limits",
        "Limits",
        "sending_limits.edit_limits",
        "How many texts are sent at most, and for how much money.",
        "Show limits",
    ),
    SettingsPage(
        "notices",
        "Notifications",
        "notices.edit_chats",
        "The mail server, team chats such as Slack, and who is told when the server is down.",
        "Show notifications",
    ),
    SettingsPage(
        "retention",
        "What is kept",
        "retention.edit_retention",
        "How long the words of texts, drafts, reports and sign-ins are kept, and archives by year.",
        "Show what is kept",
    ),
    SettingsPage(
        "trash",
        "Trash",
        "trash.list_trash",
        "Anything deleted in the last 30 days can be put back.",
        "Show the trash",
    ),
    SettingsPage(
        "backups",
        "Backups",
        "backups.list_backups",
        "When the last backup was made and tested, and “Back up now”.",
        "Show backups",
    ),
    SettingsPage(
        "fields",
        "Fields",
        "people.list_fields",
        "What you know about people besides name and number, such as voice part or town.",
        "Show fields",
    ),
    SettingsPage(
        "features",
        "Features",
        "switches.choose_features",
        "Hide the features you don’t use.",
        "Show features",
    ),
)
