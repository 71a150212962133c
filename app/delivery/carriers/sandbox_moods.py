"""What the pretend network does next with a text, by the mood of the phone."""

import random
from dataclasses import dataclass
from datetime import timedelta

from app.delivery.carriers.sandbox_models import Mood

UNREACHABLE, NO_SUCH_PHONE, LANDLINE = 30003, 30005, 30006


@dataclass(frozen=True)
class Step:
    """The next status, `after` seconds from the last one, with Twilio's error code where there
    is one.
    """

    status: str
    after: float
    code: int | None = None


TO_THE_AIR = Step("sent", 0.2)
ARRIVES = Step("delivered", 0.5)
# From "sent". A phone that is refused takes nothing new; a text already in the air finds nobody.
FROM_THE_AIR: dict[Mood, Step | None] = {
    Mood.WORKING: ARRIVES,
    Mood.SLOW: Step("delivered", 7.8),
    Mood.UNREACHABLE: Step("undelivered", 0.5, UNREACHABLE),
    Mood.LANDLINE: Step("undelivered", 0.5, LANDLINE),
    Mood.REFUSED: Step("undelivered", 0.5, NO_SUCH_PHONE),
    Mood.NO_RECEIPT: None,
}


def next_step(status: str, mood: Mood) -> Step | None:
    """What comes after `status` on a phone in this mood; None when nothing ever does."""
    if status in ("queued", "accepted"):
        return (
            Step("undelivered", 0.5, LANDLINE) if mood is Mood.LANDLINE else TO_THE_AIR
        )
    return FROM_THE_AIR[mood] if status == "sent" else None


def spread(seconds: float) -> timedelta:
    """About so long: real networks are never exact."""
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))
