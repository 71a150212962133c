"""What the pretend network does next with a text, by the mood of the phone."""

import random
from dataclasses import dataclass
from datetime import timedelta

from app.delivery.carriers.sandbox_models import PhoneBehaviour

UNREACHABLE_PHONE_CODE, UNKNOWN_PHONE_CODE, LANDLINE_CODE = 30003, 30005, 30006


@dataclass(frozen=True)
class StatusTransition:
    """The next status, `after` seconds from the last one, with Twilio's error code where there
    is one.
    """

    status: str
    delay_seconds: float
    error_code: int | None = None


SENT_TRANSITION = StatusTransition("sent", 0.2)
DELIVERED_TRANSITION = StatusTransition("delivered", 0.5)
# From "sent". A phone that is refused takes nothing new; a text already in the air finds nobody.
TRANSITIONS_AFTER_SENT: dict[PhoneBehaviour, StatusTransition | None] = {
    PhoneBehaviour.WORKING: DELIVERED_TRANSITION,
    PhoneBehaviour.SLOW: StatusTransition("delivered", 7.8),
    PhoneBehaviour.UNREACHABLE: StatusTransition("undelivered", 0.5, UNREACHABLE_PHONE_CODE),
    PhoneBehaviour.LANDLINE: StatusTransition("undelivered", 0.5, LANDLINE_CODE),
    PhoneBehaviour.REFUSED: StatusTransition("undelivered", 0.5, UNKNOWN_PHONE_CODE),
    PhoneBehaviour.NO_RECEIPT: None,
}


def get_next_transition(status: str, mood: PhoneBehaviour) -> StatusTransition | None:
    """What comes after `status` on a phone in this mood; None when nothing ever does."""
    if status in ("queued", "accepted"):
        return (
            StatusTransition("undelivered", 0.5, LANDLINE_CODE)
            if mood is PhoneBehaviour.LANDLINE
            else SENT_TRANSITION
        )
    return TRANSITIONS_AFTER_SENT[mood] if status == "sent" else None


def compute_jittered_delay(seconds: float) -> timedelta:
    """About so long: real networks are never exact."""
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))
