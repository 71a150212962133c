"""Slow a sender down or hold it back, stored so that no restart forgets it."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.dialects.sqlite import insert

from app.core.column_types import datetime_from_db
from app.core.db import db
from app.delivery.engine_models import sender_health
from app.delivery.models import message_logs
from app.delivery.sql.engine_state import SELECT_SENDER_HEALTH
from app.domain.delivery.message_statuses import BlastStatus
from app.domain.delivery.send_rate import SenderPace, compute_rate_share, find_limit_share

# Halved five times in a row.
MIN_RATE_SHARE = 1 / 32
# What was refused ten minutes ago may be allowed now.
LIMIT_LIFETIME = timedelta(minutes=10)
# Waits after refusals are up to eight seconds: a share that grew for longer was accepted meanwhile.
MIN_GROWTH = timedelta(seconds=10)
sender_health_c = sender_health.c


def get_sender_pace(sender: str, carrier: str, moment: datetime) -> SenderPace:
    """Return how fast this sender may go at `moment`, and how long it is held back."""
    # A sender that nothing ever slowed down has no row.
    rows = SELECT_SENDER_HEALTH.fetch_json(sender_name=sender, carrier_name=carrier)
    if not rows:
        return SenderPace()
    share, slowed_at, hold_until, limit_share = rows[0]
    held_until = datetime_from_db(hold_until)
    held_seconds = 0.0
    if held_until:
        held_seconds = max(0.0, (held_until - moment).total_seconds())
    current_share = compute_rate_share(share, datetime_from_db(slowed_at), moment, limit_share)
    return SenderPace(current_share, held_seconds, held_until)


def hold_sender(
    sender: str,
    carrier: str,
    until: datetime,
    code: int | None,
    words: str,
) -> None:
    """Let nothing leave this sender before `until` (UTC); then one message goes to try.

    Never shortens an earlier hold. Inside write().
    """
    values = {"hold_until": until, "hold_code": code, "hold_words": words[:300]}
    is_longer = sender_health_c.hold_until.is_(None) | (sender_health_c.hold_until < until)
    _upsert_sender_health(sender, carrier, values, is_longer)
    _require_probe(sender, carrier)


def slow_sender(sender: str, carrier: str, moment: datetime) -> None:
    """Halve the present rate of a sender: the carrier wants fewer texts. Inside write()."""
    share = get_sender_pace(sender, carrier, moment).share
    values = {
        "share": max(MIN_RATE_SHARE, share / 2),
        "slowed_at": moment,
        "limit_share": _find_limit_share(sender, carrier, share, moment),
    }
    _upsert_sender_health(sender, carrier, values)


def _find_limit_share(
    sender: str,
    carrier: str,
    share: float,
    moment: datetime,
) -> float | None:
    """Return the share near which the sender is refused; a limit that is old is forgotten."""
    rows = SELECT_SENDER_HEALTH.fetch_json(sender_name=sender, carrier_name=carrier)
    if not rows:
        return None
    stored_share, slowed_at, _, known_limit = rows[0]
    slowed_moment = datetime_from_db(slowed_at)
    if slowed_moment is None or not timedelta() <= moment - slowed_moment < LIMIT_LIFETIME:
        return None
    # Refusals of one burst come within a second or two of each other: the share has not grown.
    if moment - slowed_moment < MIN_GROWTH:
        return cast("float | None", known_limit)
    return find_limit_share(stored_share, share, known_limit)


def release_sender_hold(sender: str, carrier: str) -> None:
    """End a hold: a message went through, or a person says try now. Idempotent. Inside write()."""
    db.session.execute(
        update(sender_health)
        .where(
            sender_health_c.sender == sender,
            sender_health_c.carrier == carrier,
            sender_health_c.hold_until.is_not(None),
        )
        .values(hold_until=None, hold_code=None, hold_words=None)
    )


def forget_sender_health(sender: str, carrier: str) -> None:
    """Delete what is stored about a sender: it could not be read. Inside write()."""
    db.session.execute(
        delete(sender_health).where(
            sender_health_c.sender == sender, sender_health_c.carrier == carrier
        )
    )


def _upsert_sender_health(
    sender: str,
    carrier: str,
    values: dict[str, Any],
    condition: ColumnElement[bool] | None = None,
) -> None:
    """Store values of a sender; of one that has a row only where that meets `condition`."""
    statement = insert(sender_health).values(sender=sender, carrier=carrier, **values)
    db.session.execute(
        statement.on_conflict_do_update(["sender", "carrier"], set_=values, where=condition)
    )


def _require_probe(sender: str, carrier: str) -> None:
    """Let the next message of each running blast go alone, also after a restart."""
    logs = message_logs.c
    db.session.execute(
        update(message_logs)
        .where(
            logs.sender == sender,
            logs.carrier == carrier,
            logs.status == BlastStatus.PROCESSING,
        )
        .values(proven=False)
    )
