"""What the sandbox's network does next with a text, by the behaviour of the phone."""

import random
from dataclasses import dataclass
from datetime import timedelta

from app.delivery.carriers.sandbox_models import PhoneBehaviour

# Twilio's error codes (https://www.twilio.com/docs/api/errors).
UNREACHABLE_PHONE_CODE = 30003
UNKNOWN_PHONE_CODE = 30005
LANDLINE_CODE = 30006


@dataclass(frozen=True)
class StatusTransition:
    """The next status, `delay_seconds` after the last one, with Twilio's error code if any."""

    status: str
    delay_seconds: float
    error_code: int | None = None


SENT_TRANSITION = StatusTransition("sent", 0.2)
DELIVERED_TRANSITION = StatusTransition("delivered", 0.5)
LANDLINE_TRANSITION = StatusTransition("undelivered", 0.5, LANDLINE_CODE)
# From "sent". The network refuses new texts to a refused phone; one that was sent before finds
# nobody.
TRANSITIONS_AFTER_SENT: dict[PhoneBehaviour, StatusTransition | None] = {
    PhoneBehaviour.WORKING: DELIVERED_TRANSITION,
    PhoneBehaviour.SLOW: StatusTransition("delivered", 7.8),
    PhoneBehaviour.UNREACHABLE: StatusTransition("undelivered", 0.5, UNREACHABLE_PHONE_CODE),
    PhoneBehaviour.LANDLINE: LANDLINE_TRANSITION,
    PhoneBehaviour.REFUSED: StatusTransition("undelivered", 0.5, UNKNOWN_PHONE_CODE),
    PhoneBehaviour.NO_RECEIPT: None,
}


def get_next_transition(status: str, behaviour: PhoneBehaviour) -> StatusTransition | None:
    """Return what comes after `status` on such a phone; None when nothing ever does."""
    if status == "sent":
        return TRANSITIONS_AFTER_SENT[behaviour]
    if status not in ("queued", "accepted"):
        return None
    if behaviour is PhoneBehaviour.LANDLINE:
        return LANDLINE_TRANSITION
    return SENT_TRANSITION


def compute_jittered_delay(seconds: float) -> timedelta:
    """Return the delay, 20 % shorter to 20 % longer: real networks are never exact."""
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))
