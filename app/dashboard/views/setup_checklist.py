"""The first steps as the first page lists them, with links for those who may go there."""

from dataclasses import dataclass

from flask import url_for
from flask_login import current_user

from app.core.access import may_open
from app.dashboard.queries import SetupProgress
from app.domain.accounts.permissions import Permission
from app.organisation import queries as organisation

TWILIO_STEP_TEXT = (
    "Enter its account SID, auth token and number in the file .env and restart SMS Admin. "
    "Until then no real texts are sent."
)
# With fewer steps to do than this the list is folded.
MIN_OPEN_STEPS_SHOWN = 3


@dataclass(frozen=True)
class ChecklistItem:
    """One of the first steps.

    `url` and `label`: where it is done, if this person may and a page does it.
    """

    done: bool
    title: str
    text: str
    url: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class SetupChecklist:
    """The first steps. `is_folded`: most are done, so that only the heading is open."""

    items: list[ChecklistItem]

    @property
    def done_count(self) -> int:
        """How many steps are done."""
        return sum(item.done for item in self.items)

    @property
    def is_folded(self) -> bool:
        """Whether most is done."""
        return len(self.items) - self.done_count < MIN_OPEN_STEPS_SHOWN


def build_setup_checklist(progress: SetupProgress) -> SetupChecklist | None:
    """Return the first steps in the order in which they make sense; None once all are done."""
    items = [
        _build_admin_item(progress),
        _build_organisation_item(progress),
        _build_people_item(progress),
        _build_blast_item(progress),
        _build_twilio_item(progress),
        _build_reply_item(progress),
    ]
    # Once all is done the list has served its purpose, and makes room for what needs somebody.
    if all(item.done for item in items):
        return None
    return SetupChecklist(items)


def _build_admin_item(progress: SetupProgress) -> ChecklistItem:
    has_admin = progress.admin_username is not None
    return ChecklistItem(has_admin, "Create the first admin account", progress.admin_username or "")


def _build_organisation_item(progress: SetupProgress) -> ChecklistItem:
    row = organisation.get_organisation()
    title, text = "Name your organization and time zone", f"{row.name}, {row.timezone}"
    if not current_user.may(Permission.CHANGE_SETTINGS):
        return ChecklistItem(progress.has_name, title, text)
    url = url_for("organisation.edit_settings")
    return ChecklistItem(progress.has_name, title, text, url, "Change")


def _build_people_item(progress: SetupProgress) -> ChecklistItem:
    title = "Add your people"
    text = "Import a spreadsheet or add them one by one. Importing doesn't send any texts."
    if progress.has_people or not current_user.may(Permission.MANAGE_PEOPLE):
        return ChecklistItem(progress.has_people, title, text)
    return ChecklistItem(False, title, text, url_for("community.list_members"), "Add people")


def _build_blast_item(progress: SetupProgress) -> ChecklistItem:
    title = "Send a first blast" if progress.has_twilio else "Send a practice blast"
    if progress.has_delivery:
        return ChecklistItem(True, title, "It was delivered.")
    if not progress.has_people:
        return ChecklistItem(False, title, "Add people first.")
    text = "The text is written for you. You see everything before it is sent."
    url = url_for("blasts.compose_blast", first=1)
    return ChecklistItem(False, title, text, url, "Write a blast")


def _build_twilio_item(progress: SetupProgress) -> ChecklistItem:
    title = "Connect Twilio"
    if progress.has_twilio:
        return ChecklistItem(True, title, "Real texts are sent.")
    return ChecklistItem(False, title, TWILIO_STEP_TEXT)


def _build_reply_item(progress: SetupProgress) -> ChecklistItem:
    title = "Check that replies reach you"
    if progress.has_reply:
        return ChecklistItem(True, title, "The first reply came in.")
    if progress.has_twilio:
        return ChecklistItem(False, title, "Text your number from a phone.")
    text = "Reply from a practice phone."
    if not may_open("sandbox.list_phones"):
        return ChecklistItem(False, title, text)
    return ChecklistItem(False, title, text, url_for("sandbox.list_phones"), "Open a phone")
