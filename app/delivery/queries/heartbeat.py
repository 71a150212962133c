"""Whether an engine is alive, from the lease that it renews."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.clock import now
from app.core.db import db
from app.delivery.models import Lease
from app.domain.time.durations import format_approximate_duration

# the app's extension in which the engine of this process says what it cannot do
ENGINE_TROUBLE_KEY = "engine_trouble"
HEARTBEAT_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class Heartbeat:
    """When the leading engine last said that it lives: `seconds` ago; None when nobody leads.

    `pid`: its process.
    """

    age_seconds: float | None = None
    pid: int | None = None

    @property
    def is_alive(self) -> bool:
        """Whether texts are being sent: a beat within 20 seconds."""
        return self.age_seconds is not None and self.age_seconds < HEARTBEAT_TIMEOUT_SECONDS

    @property
    def outage_reason(self) -> str:
        """Why nothing is being sent, as half a sentence; "" while all is well."""
        if self.is_alive:
            return ""
        if self.age_seconds is None:
            return "no engine is running"
        return f"no engine has answered for {format_approximate_duration(self.age_seconds)}"


# For a statement that asks for something else too: what `heartbeat_of` is told.
HEARTBEAT_COLUMNS = tuple(
    select(told).where(Lease.name == "engine").scalar_subquery()
    for told in (Lease.beat_at, Lease.holder)
)


def load_heartbeat() -> Heartbeat:
    """The engine's."""
    beat_at, holder = db.session.execute(select(*HEARTBEAT_COLUMNS)).one()
    return build_heartbeat(beat_at, holder)


def build_heartbeat(beat_at: datetime | None, holder: str | None) -> Heartbeat:
    """What a beat says now.

    One that lies ahead of us was noted before the clock was set back: it is no fresher.
    """
    if beat_at is None:
        return Heartbeat()
    seconds = abs((now() - beat_at).total_seconds())
    pid = (holder or "").partition("-")[0]
    return Heartbeat(
        seconds,
        int(pid) if pid.isdecimal() and seconds < HEARTBEAT_TIMEOUT_SECONDS else None,
    )
