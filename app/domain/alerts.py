"""What an admin is told when a fault paused a blast: by text, and as a note to a chat room or a
pager.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.segments import GSM7_PART, measure, plain
from app.domain.segments import GSM_TEXT as PLAIN_TEXT
from app.domain.wording import ANY_EVENT, fill

# After each failed try; after the last one it is given up.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800))
TITLE = 30
PARTS = 2


@dataclass(frozen=True)
class Told:
    """One alert. Nothing in it says who gets the blast or what it says."""

    blast: int | None
    cause: str
    fix: str
    code: int | None
    at: datetime


def note(alert: Told, base: str) -> dict[str, object]:
    """The JSON for a chat room.

    `text` is what Slack, Mattermost and others show; the rest is for programs.
    """
    link = address(base, alert.blast)
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


def address(base: str, blast: int | None) -> str:
    """Where a blast is seen, or all of them."""
    return f"{base.rstrip('/')}/blasts/logs" + (f"/{blast}" if blast else "")


def in_a_text(body: str, paused: Sequence[int], cause: str, base: str) -> str:
    """The text to the admin's phone: the first of these blasts by how it begins, the cause, and
    where to look.

    Two parts at most: everything outside GSM-7 is left out, and a long cause is cut.
    """
    link = address(base, paused[0] if len(paused) == 1 else None)
    start = f"SMS Admin: {_name(body, paused[0])} is paused."
    if len(paused) > 1:
        start = f"SMS Admin: {len(paused)} blasts are paused, {_name(body, paused[0])} first."
    end = f"See what to do: {link}"
    cause = _only_gsm(cause)
    free = PARTS * GSM7_PART - measure(f"{start}  {end}").units
    if measure(cause).units > free:
        cause = (
            cause[: max(0, free // 2 - 3)].rstrip(" .,") + "..."
        )  # half: some signs weigh two
    return f"{start} {cause} {end}"


def _name(body: str, blast: int) -> str:
    line = " ".join(_only_gsm(fill(body, None, ANY_EVENT)).split())
    if not line:
        return f"blast {blast}"
    return (
        f'the blast "{line}"'
        if len(line) <= TITLE
        else f'the blast "{line[: TITLE - 3].rstrip(" .,;:!?-")}..."'
    )


def _only_gsm(text: str) -> str:
    return "".join(sign for sign in plain(text) if PLAIN_TEXT.fullmatch(sign))
