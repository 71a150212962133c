"""What slows a sender down or holds it back, stored so that no restart forgets it and every
process sees it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.sqlite import insert

from app.core.column_types import datetime_from_db
from app.core.db import db
from app.delivery.models import message_logs, sender_health
from app.delivery.sql.engine_state import SELECT_SENDER_HEALTH
from app.domain.delivery.message_statuses import BlastStatus
from app.domain.delivery.send_rate import SenderPace, compute_rate_share

MIN_RATE_SHARE = 1 / 32
sender_health_c = sender_health.c


def get_sender_pace(sender: str, carrier: str, moment: datetime) -> SenderPace:
    """Return how fast this sender may go at `moment`, and how long it is held back."""
    rows = SELECT_SENDER_HEALTH.fetch_json(sender_name=sender, carrier_name=carrier)
    if not rows:
        return SenderPace()
    share, slowed_at, hold_until = rows[0]
    held_until = datetime_from_db(hold_until)
    held_seconds = 0.0
    if held_until:
        held_seconds = max(0.0, (held_until - moment).total_seconds())
    current_share = compute_rate_share(share, datetime_from_db(slowed_at), moment)
    return SenderPace(current_share, held_seconds, held_until)


def hold_sender(sender: str, carrier: str, until: datetime, code: int | None, words: str) -> None:
    """Nothing leaves this sender before `until` (UTC); then one text goes to try.

    Never shortens an earlier hold.
    """
    values = {"hold_until": until, "hold_code": code, "hold_words": words[:300]}
    _upsert_sender_health(
        sender,
        carrier,
        values,
        sender_health_c.hold_until.is_(None) | (sender_health_c.hold_until < until),
    )
    _require_probe(sender, carrier)


def slow_sender(sender: str, carrier: str, moment: datetime) -> None:
    """The carrier wants fewer texts: half of what it is now. It grows back by itself."""
    share = get_sender_pace(sender, carrier, moment).share
    _upsert_sender_health(
        sender, carrier, {"share": max(MIN_RATE_SHARE, share / 2), "slowed_at": moment}
    )


def release_sender_hold(sender: str, carrier: str) -> None:
    """A text went through, or a person says try now: nothing is held back any more."""
    none = {"hold_until": None, "hold_code": None, "hold_words": None}
    this = (
        (sender_health_c.sender == sender)
        & (sender_health_c.carrier == carrier)
        & sender_health_c.hold_until.is_not(None)
    )
    db.session.execute(update(sender_health).where(this).values(none))


def _upsert_sender_health(
    sender: str, carrier: str, values: dict[str, Any], where: Any = None
) -> None:
    statement = insert(sender_health).values(sender=sender, carrier=carrier, **values)
    db.session.execute(
        statement.on_conflict_do_update(["sender", "carrier"], set_=values, where=where)
    )


def _require_probe(sender: str, carrier: str) -> None:
    """After a hold the next text goes alone, in a process that was started anew too."""
    logs = message_logs.c
    running = (
        (logs.sender == sender)
        & (logs.carrier == carrier)
        & (logs.status == BlastStatus.PROCESSING.value)
    )
    db.session.execute(update(message_logs).where(running).values(proven=False))
