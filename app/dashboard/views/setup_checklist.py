"""The first steps as the first page lists them: with links for those who may go there."""

from dataclasses import dataclass

from flask import url_for
from flask_login import current_user

from app.dashboard.queries import SetupProgress
from app.organisation import queries as organisation


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


def build_setup_checklist(facts: SetupProgress) -> list[ChecklistItem]:
    """The first steps in the order in which they make sense; [] once all are done."""
    steps = [
        ChecklistItem(
            facts.admin_username is not None,
            "Create the first admin account",
            facts.admin_username or "",
        ),
        _build_organisation_item(facts),
        _build_people_item(facts),
        _build_blast_item(facts),
        _build_twilio_item(facts),
        _build_reply_item(facts),
    ]
    return [] if all(step.done for step in steps) else steps


def _build_organisation_item(facts: SetupProgress) -> ChecklistItem:
    org = organisation.get_organisation()
    link = (
        (url_for("organisation.edit_settings"), "Change") if current_user.is_admin else (None, None)
    )
    return ChecklistItem(
        facts.has_name,
        "Name your organisation and time zone",
        f"{org.name}, {org.timezone}",
        *link,
    )


def _build_people_item(facts: SetupProgress) -> ChecklistItem:
    text = "Import a spreadsheet or add them by hand. Nobody gets a text by being imported."
    link = (
        (url_for("community.list_members"), "Add people")
        if current_user.is_admin and not facts.has_people
        else (None, None)
    )
    return ChecklistItem(facts.has_people, "Add your people", text, *link)


def _build_blast_item(facts: SetupProgress) -> ChecklistItem:
    title = "Send a first blast" if facts.has_twilio else "Send a practice blast"
    if facts.has_delivery:
        return ChecklistItem(True, title, "It was delivered.")
    text = "A text is written for you, and you see everything before it leaves."
    link = (
        (url_for("blasts.compose_blast", first=1), "Write it") if facts.has_people else (None, None)
    )
    return ChecklistItem(
        False,
        title,
        text if facts.has_people else "As soon as there is somebody to send it to.",
        *link,
    )


def _build_twilio_item(facts: SetupProgress) -> ChecklistItem:
    later = (
        "Put its account SID, auth token and number into the file .env and start SMS Admin again. "
        "Until then no real texts are sent."
    )
    return ChecklistItem(
        facts.has_twilio,
        "Connect Twilio",
        "Real texts are sent." if facts.has_twilio else later,
    )


def _build_reply_item(facts: SetupProgress) -> ChecklistItem:
    title = "Check that replies reach you"
    if facts.has_reply:
        return ChecklistItem(True, title, "The first one came in.")
    if facts.has_twilio:
        return ChecklistItem(False, title, "Text something to your number from a phone.")
    return ChecklistItem(
        False,
        title,
        "Write back from a practice phone.",
        url_for("sandbox.list_phones"),
        "Open a phone",
    )
