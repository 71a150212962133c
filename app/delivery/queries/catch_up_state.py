"""How far the carrier's list of texts to us has been taken in, and what pages say about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import db
from app.delivery.catch_up_models import InboundCatchUp
from app.delivery.engine_models import attempts
from app.delivery.models import messages
from app.domain.delivery.message_statuses import MessageDirection

# How long pages say that texts were found, and that the list could not be read.
NEWS_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class CatchUpNews:
    """What pages say: how many texts were found, and why the list could not be read ("": it was).

    `was_off`: they came in while nothing was running here. `succeeded_at`: when it was last read.
    """

    found_count: int = 0
    found_at: datetime | None = None
    was_off: bool = False
    failure: str = ""
    succeeded_at: datetime | None = None


def find_catch_up(carrier: str) -> InboundCatchUp | None:
    """Return the row of a carrier, None before the first look."""
    return db.session.get(InboundCatchUp, carrier)


def load_catch_up_news(carrier: str, moment: datetime) -> CatchUpNews:
    """Return what there is to say at `moment` (UTC)."""
    row = find_catch_up(carrier)
    if row is None:
        return CatchUpNews()
    is_recent = row.found_at is not None and row.found_at > moment - NEWS_LIFETIME
    return CatchUpNews(
        found_count=row.found_count if is_recent else 0,
        found_at=row.found_at,
        was_off=row.was_off,
        failure=row.failure or "",
        succeeded_at=row.succeeded_at,
    )


def find_newest_text_moment(carrier: str) -> datetime | None:
    """Return when the newest stored text of a carrier was stored, None without any."""
    statement = (
        select(messages.c.created_at)
        .where(messages.c.carrier == carrier)
        .order_by(messages.c.created_at.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def find_last_accepted_moment(carrier: str) -> datetime | None:
    """Return when the carrier last accepted a text of ours, None when it never did."""
    statement = (
        select(attempts.c.ended_at)
        .join(messages, attempts.c.message_id == messages.c.id)
        .where(
            attempts.c.outcome == "accepted",
            messages.c.carrier == carrier,
            messages.c.direction == MessageDirection.OUTBOUND,
        )
        .order_by(attempts.c.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement)
