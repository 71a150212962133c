"""The alerts about a paused blast: as a text to an admin, and as JSON for a chat or a pager."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.texts.segments import (
    GSM7_CHARACTERS,
    GSM7_MULTI_SEGMENT_UNITS,
    measure_segments,
    replace_costly_characters,
)
from app.domain.texts.template_chips import describe_template

# The wait after each failed delivery of an alert; after the last one it is given up.
ALERT_RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800))
MAX_ALERT_TITLE_LENGTH = 30
MAX_ALERT_SEGMENTS = 2
MAX_ALERT_UNITS = MAX_ALERT_SEGMENTS * GSM7_MULTI_SEGMENT_UNITS


class AlertEvent(StrEnum):
    """What an alert is about. The values are stored, and posted to ALERT_WEBHOOK_URL."""

    BLAST_PAUSED = "blast.paused"
    BLAST_EXPIRED = "blast.expired"
    BLAST_HELD = "blast.held"
    APPROVAL_ASKED = "approval.asked"
    APPROVAL_OVERDUE = "approval.overdue"
    SERIES_STOPPED = "series.stopped"
    SEQUENCE_STOPPED = "sequence.stopped"
    SENDING_HELD = "sending.held"
    TEXTS_SET_ASIDE = "texts.set_aside"
    BLAST_STUCK = "blast.stuck"
    DATABASE_DAMAGED = "database.damaged"
    CALLS_REFUSED = "calls.refused"


# What is about no blast, as a sentence.
_EVENT_HEADLINES = {
    AlertEvent.DATABASE_DAMAGED: "The database is damaged.",
    AlertEvent.SENDING_HELD: "Nothing is being sent.",
    AlertEvent.SERIES_STOPPED: "A recurring blast has stopped.",
    AlertEvent.SEQUENCE_STOPPED: "A sequence is paused.",
    AlertEvent.CALLS_REFUSED: "Replies are not coming in.",
    AlertEvent.APPROVAL_ASKED: "A blast waits for approval.",
    AlertEvent.APPROVAL_OVERDUE: "A blast is due and still waits for approval.",
}
# What happened, after "Blast 5" or "A blast".
_EVENT_PHRASES = {
    AlertEvent.BLAST_PAUSED: "is paused",
    AlertEvent.BLAST_EXPIRED: "was not sent",
    AlertEvent.BLAST_HELD: "is waiting for a decision",
    AlertEvent.BLAST_STUCK: "is stuck",
    AlertEvent.TEXTS_SET_ASIDE: "has a text that cannot be read",
}


@dataclass(frozen=True)
class PausedBlastAlert:
    """One alert. It does not contain the recipients or the text of the blast."""

    blast: int | None
    cause: str
    fix: str
    code: int | None
    at: datetime
    event: AlertEvent = AlertEvent.BLAST_PAUSED


def build_alert_payload(alert: PausedBlastAlert, base_url: str) -> dict[str, object]:
    """Return the JSON of an alert.

    `text` is what Slack, Mattermost and others show; the other fields are for programs.
    """
    link = build_blast_url(base_url, alert.blast)
    return {
        "event": alert.event.value,
        "blast": alert.blast,
        "cause": alert.cause,
        "fix": alert.fix,
        "code": alert.code,
        "at": alert.at.isoformat(timespec="seconds"),
        "link": link,
        "text": f"{build_alert_headline(alert)} {alert.cause} {alert.fix} {link}",
    }


def build_alert_headline(alert: PausedBlastAlert) -> str:
    """Return what happened to what, as a short sentence."""
    if alert.event in _EVENT_HEADLINES:
        return _EVENT_HEADLINES[alert.event]
    name = f"Blast {alert.blast}" if alert.blast else "A blast"
    return f"{name} {_EVENT_PHRASES[alert.event]}."


def build_blast_url(base_url: str, blast: int | None) -> str:
    """Return the address of a blast's page, or of the list of blasts."""
    url = f"{base_url.rstrip('/')}/blasts/logs"
    return f"{url}/{blast}" if blast else url


def build_alert_text(
    body: str, paused: Sequence[int], cause: str, base_url: str, event_title: str | None = None
) -> str:
    """Return the text to the admin's phone: the first of the paused blasts, the cause, a link.

    `body` is the template of the first blast, `event_title` its event's. Two segments at most:
    what GSM-7 does not have is left out, and a long cause is cut.
    """
    title = _describe_blast(body, paused[0], event_title)
    if len(paused) == 1:
        start = f"SMS Admin: {title} is paused."
        link = build_blast_url(base_url, paused[0])
    else:
        start = f"SMS Admin: {len(paused)} blasts are paused, starting with {title}."
        link = build_blast_url(base_url, None)
    return _fit_alert_text(start, cause, link)


def build_notice_text(alert: PausedBlastAlert, link: str) -> str:
    """Return the text to the admin's phone about anything but a pause, two segments at most."""
    return _fit_alert_text(f"SMS Admin: {build_alert_headline(alert)}", alert.cause, link)


def _fit_alert_text(start: str, cause: str, link: str) -> str:
    end = f"See what to do: {link}"
    cause = _keep_gsm7_characters(cause)
    free_units = MAX_ALERT_UNITS - measure_segments(f"{start}  {end}").units
    if measure_segments(cause).units > free_units:
        # Half, because some characters cost two units; 3 for the dots.
        cause = cause[: max(0, free_units // 2 - 3)].rstrip(" .,") + "..."
    return f"{start} {cause} {end}"


def _describe_blast(body: str, blast: int, event_title: str | None) -> str:
    values = {"event_title": event_title} if event_title else {}
    title = " ".join(_keep_gsm7_characters(describe_template(body, values)).split())
    if not title:
        return f"blast {blast}"
    if len(title) > MAX_ALERT_TITLE_LENGTH:
        title = title[: MAX_ALERT_TITLE_LENGTH - 3].rstrip(" .,;:!?-") + "..."
    return f'the blast "{title}"'


def _keep_gsm7_characters(text: str) -> str:
    return "".join(filter(GSM7_CHARACTERS.__contains__, replace_costly_characters(text)))
