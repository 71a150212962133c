"""The first steps as the first page lists them: with links for those who may go there."""

from dataclasses import dataclass

from flask import url_for
from flask_login import current_user

from app.dashboard.queries import Steps
from app.organisation import queries as organisation


@dataclass(frozen=True)
class Step:
    """One of the first steps.

    `url` and `label`: where it is done, if this person may and a page does it.
    """

    done: bool
    title: str
    text: str
    url: str | None = None
    label: str | None = None


def checklist(facts: Steps) -> list[Step]:
    """The first steps in the order in which they make sense; [] once all are done."""
    steps = [
        Step(
            facts.admin is not None, "Create the first admin account", facts.admin or ""
        ),
        _organisation(facts),
        _people(facts),
        _blast(facts),
        _twilio(facts),
        _reply(facts),
    ]
    return [] if all(step.done for step in steps) else steps


def _organisation(facts: Steps) -> Step:
    org = organisation.organisation()
    link = (
        (url_for("organisation.settings"), "Change")
        if current_user.is_admin
        else (None, None)
    )
    return Step(
        facts.named,
        "Name your organisation and time zone",
        f"{org.name}, {org.timezone}",
        *link,
    )


def _people(facts: Steps) -> Step:
    text = "Import a spreadsheet or add them by hand. Nobody gets a text by being imported."
    link = (
        (url_for("community.everyone"), "Add people")
        if current_user.is_admin and not facts.people
        else (None, None)
    )
    return Step(facts.people, "Add your people", text, *link)


def _blast(facts: Steps) -> Step:
    title = "Send a first blast" if facts.connected else "Send a practice blast"
    if facts.delivered:
        return Step(True, title, "It was delivered.")
    text = "A text is written for you, and you see everything before it leaves."
    link = (
        (url_for("blasts.new", first=1), "Write it") if facts.people else (None, None)
    )
    return Step(
        False,
        title,
        text if facts.people else "As soon as there is somebody to send it to.",
        *link,
    )


def _twilio(facts: Steps) -> Step:
    later = (
        "Put its account SID, auth token and number into the file .env and start SMS Admin again. "
        "Until then no real texts are sent."
    )
    return Step(
        facts.connected,
        "Connect Twilio",
        "Real texts are sent." if facts.connected else later,
    )


def _reply(facts: Steps) -> Step:
    title = "Check that replies reach you"
    if facts.replied:
        return Step(True, title, "The first one came in.")
    if facts.connected:
        return Step(False, title, "Text something to your number from a phone.")
    return Step(
        False,
        title,
        "Write back from a practice phone.",
        url_for("sandbox.list_phones"),
        "Open a phone",
    )
