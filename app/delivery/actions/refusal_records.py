"""Count the calls of the carrier that were refused, and tell an admin. Inside write()."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from app.core.db import db
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.catch_up_models import RefusalKind, RefusedCalls
from app.domain.delivery.alert_messages import AlertEvent

# One refusal may be a stranger's try, or a token that is just being changed.
MIN_REFUSALS_TO_TELL = 3
REFUSAL_CAUSE = "Requests from Twilio are refused because their signature does not match."
SETTINGS_PATH = "/settings"


@dataclass(frozen=True)
class Refusal:
    """Why a call was refused, and the three addresses of RefusedCalls."""

    kind: RefusalKind
    expected_url: str
    called_url: str
    fitting_url: str | None = None

    @property
    def advice(self) -> str:
        """What to do about it, in one or two sentences."""
        if self.kind is RefusalKind.ACCOUNT:
            return "They come from another Twilio account. Check TWILIO_ACCOUNT_SID."
        if self.fitting_url:
            return (
                f"Their signature matches {self.fitting_url}. Set PUBLIC_BASE_URL to that address."
            )
        return (
            "Their signature matches no known address. Check TWILIO_AUTH_TOKEN, and that the "
            "address in the Twilio console is the one on the Settings page."
        )


def record_refused_calls(
    carrier: str,
    count: int,
    refusal: Refusal,
    moment: datetime,
) -> None:
    """Add `count` refused calls, the last of which is `refusal`; tell an admin when it is sure."""
    row = db.session.get(RefusedCalls, carrier)
    if row is None:
        row = RefusedCalls(carrier=carrier, count=0, first_at=moment)
        db.session.add(row)
    row.count += count
    row.last_at = moment
    row.kind = refusal.kind
    row.expected_url = refusal.expected_url
    row.called_url = refusal.called_url
    row.fitting_url = refusal.fitting_url
    is_certain = refusal.fitting_url is not None or row.count >= MIN_REFUSALS_TO_TELL
    if is_certain and row.told_at is None:
        row.told_at = moment
        notice = build_notice(AlertEvent.CALLS_REFUSED, REFUSAL_CAUSE, refusal.advice, moment)
        tell_admins(notice, SETTINGS_PATH)


def forget_refused_calls(carrier: str) -> None:
    """Start counting anew: a call has been taken since."""
    db.session.execute(delete(RefusedCalls).where(RefusedCalls.carrier == carrier))
