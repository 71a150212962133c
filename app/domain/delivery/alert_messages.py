"""What an admin is told when a fault paused a blast: by text, and as a note to a chat room or a
pager.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.texts.message_templates import GENERIC_EVENT_VALUES, fill_template
from app.domain.texts.segments import (
    GSM7_MULTI_SEGMENT_UNITS,
    measure_segments,
    replace_costly_characters,
)
from app.domain.texts.segments import GSM7_TEXT_PATTERN as PLAIN_TEXT

# After each failed try; after the last one it is given up.
ALERT_RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800))
MAX_ALERT_TITLE_LENGTH = 30
MAX_ALERT_SEGMENTS = 2


@dataclass(frozen=True)
class PausedBlastAlert:
    """One alert. Nothing in it says who gets the blast or what it says."""

    blast: int | None
    cause: str
    fix: str
    code: int | None
    at: datetime


def build_alert_payload(alert: PausedBlastAlert, base: str) -> dict[str, object]:
    """The JSON for a chat room.

    `text` is what Slack, Mattermost and others show; the rest is for programs.
    """
    link = build_blast_url(base, alert.blast)
    name = f"Blast {alert.blast}" if alert.blast else "A blast"
    return {
        "event": "blast.paused",
        "blast": alert.blast,
        "cause": alert.cause,
        "fix": alert.fix,
        "code": alert.code,
        "at": alert.at.isoformat(timespec="seconds"),
        "link": link,
        "text": f"{name} is paused. {alert.cause} {alert.fix} {link}",
    }


def build_blast_url(base: str, blast: int | None) -> str:
    """Where a blast is seen, or all of them."""
    return f"{base.rstrip('/')}/blasts/logs" + (f"/{blast}" if blast else "")


def build_alert_text(body: str, paused: Sequence[int], cause: str, base: str) -> str:
    """The text to the admin's phone: the first of these blasts by how it begins, the cause, and
    where to look.

    Two parts at most: everything outside GSM-7 is left out, and a long cause is cut.
    """
    link = build_blast_url(base, paused[0] if len(paused) == 1 else None)
    start = f"SMS Admin: {_describe_blast(body, paused[0])} is paused."
    if len(paused) > 1:
        start = (
            f"SMS Admin: {len(paused)} blasts are paused, {_describe_blast(body, paused[0])} first."
        )
    end = f"See what to do: {link}"
    cause = _keep_gsm7_characters(cause)
    free = MAX_ALERT_SEGMENTS * GSM7_MULTI_SEGMENT_UNITS - measure_segments(f"{start}  {end}").units
    if measure_segments(cause).units > free:
        cause = cause[: max(0, free // 2 - 3)].rstrip(" .,") + "..."  # half: some signs weigh two
    return f"{start} {cause} {end}"


def _describe_blast(body: str, blast: int) -> str:
    line = " ".join(_keep_gsm7_characters(fill_template(body, None, GENERIC_EVENT_VALUES)).split())
    if not line:
        return f"blast {blast}"
    return (
        f'the blast "{line}"'
        if len(line) <= MAX_ALERT_TITLE_LENGTH
        else f'the blast "{line[: MAX_ALERT_TITLE_LENGTH - 3].rstrip(" .,;:!?-")}..."'
    )


def _keep_gsm7_characters(text: str) -> str:
    return "".join(sign for sign in replace_costly_characters(text) if PLAIN_TEXT.fullmatch(sign))
