"""Whether an engine is alive, from the lease that it renews."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.clock import now
from app.core.db import db
from app.core.settings import current_settings
from app.delivery.engine_models import Lease
from app.delivery.queries.installation_hold import HOLD_COLUMN
from app.domain.delivery.installation_rules import HOLD_LABELS, HoldReason
from app.domain.time.durations import format_approximate_duration
from app.migrations.damage_note import read_damage_note

# The app's extension in which the engine of this process says what it cannot do.
ENGINE_TROUBLE_KEY = "engine_trouble"
# Half a sentence, after "Nothing is being sent: ".
DAMAGE_LABEL = "the database is damaged ({cause}); stop SMS Admin, then {fix}"
DAMAGE_FIX = (
    "run python -m app.dbdoctor --doctor: it says whether --repair is enough or a backup must be "
    "restored (--restore FILE)"
)
# A lease is renewed every 3 seconds, and taken over from a frozen process after 15.
HEARTBEAT_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class Heartbeat:
    """How many seconds ago the leading engine last renewed its lease; None when nobody leads.

    `pid`: its process, while it is alive. `hold`: why nothing leaves although it is. `damage`: what
    is wrong with the file of the database, in SQLite's words; nothing leaves then either.
    """

    age_seconds: float | None = None
    pid: int | None = None
    hold: HoldReason | None = None
    damage: str = ""

    @property
    def is_alive(self) -> bool:
        """Whether texts are being sent: a heartbeat within 20 seconds."""
        return self.age_seconds is not None and self.age_seconds < HEARTBEAT_TIMEOUT_SECONDS

    @property
    def outage_reason(self) -> str:
        """Why nothing is being sent, as half a sentence; "" while all is well."""
        if self.damage:
            return describe_damage(self.damage)
        if self.hold is not None:
            return HOLD_LABELS[self.hold]
        if self.is_alive:
            return ""
        if self.age_seconds is None:
            return "no engine is running"
        return f"no engine has answered for {format_approximate_duration(self.age_seconds)}"


def describe_damage(cause: str) -> str:
    """Return what is wrong with the file of the database and what to do, as half a sentence."""
    return DAMAGE_LABEL.format(cause=cause, fix=DAMAGE_FIX)


# For a statement that reads something else too: the parameters of build_heartbeat().
HEARTBEAT_COLUMNS = (
    *(
        select(column).where(Lease.name == "engine").scalar_subquery()
        for column in (Lease.beat_at, Lease.holder)
    ),
    HOLD_COLUMN,
)


def load_heartbeat() -> Heartbeat:
    """Return the leading engine's last heartbeat."""
    return build_heartbeat(*db.session.execute(select(*HEARTBEAT_COLUMNS)).one())


def build_heartbeat(
    beat_at: datetime | None, holder: str | None, hold_reason: str | None = None
) -> Heartbeat:
    """Return the heartbeat that was stored at `beat_at` (UTC) by `holder`, as of now.

    `hold_reason`: a stored HoldReason, while nothing leaves before a person has looked.
    """
    hold = HoldReason(hold_reason) if hold_reason else None
    damage = read_damage_note(current_settings().database_path)
    if beat_at is None:
        return Heartbeat(hold=hold, damage=damage)
    # abs(): one that lies ahead was stored before the clock was set back; it is no fresher.
    age_seconds = abs((now() - beat_at).total_seconds())
    pid = (holder or "").partition("-")[0]
    if pid.isdecimal() and age_seconds < HEARTBEAT_TIMEOUT_SECONDS:
        return Heartbeat(age_seconds, int(pid), hold, damage)
    return Heartbeat(age_seconds, hold=hold, damage=damage)
