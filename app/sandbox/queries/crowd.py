"""Who may answer which blast, and how many answers are still on their way; numbers that nobody
has.
"""

import random
from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.clock import now
from app.core.db import db
from app.delivery.carriers.sandbox_models import Mood, SandboxMessage, SandboxPhone
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES
from app.events.queries.names import names_of

LATEST, TRIES = 10, 40
SILENT = (Mood.UNREACHABLE, Mood.LANDLINE, Mood.REFUSED)
# Other areas than those of the made-up people; 555-01xx is free for stories in each.
AREAS = ("206", "404", "503", "612", "617", "713")


def latest_blasts() -> Sequence[MessageLog]:
    """The last practice blasts, the newest first."""
    logs = select(MessageLog).where(
        MessageLog.carrier == "sandbox", MessageLog.total_recipients > 0
    )
    return db.session.scalars(logs.order_by(MessageLog.id.desc()).limit(LATEST)).all()


def phones_of(log_id: int) -> list[str]:
    """The phones that have this blast by now and can write: not switched off, and no landline."""
    silent = select(SandboxPhone.phone).where(SandboxPhone.mood.in_(SILENT))
    got = select(Message.phone).where(
        Message.message_log_id == log_id, Message.status.in_(ACCEPTED_STATUSES)
    )
    return list(
        db.session.scalars(
            got.where(Message.phone.not_in(silent), Message.phone.startswith("+"))
        )
    )


def to_come() -> int:
    """How many texts of phones are written later than now."""
    later = SandboxMessage.next_at > now(), SandboxMessage.created_at > now()
    return (
        db.session.scalar(
            select(func.count()).select_from(SandboxMessage).where(*later)
        )
        or 0
    )


def stranger() -> str:
    """A pretend number that is on no list and has written nothing yet."""
    some = [
        f"+1{random.choice(AREAS)}55501{number:02}"
        for number in random.sample(range(100), TRIES)
    ]
    known = {
        *names_of(some),
        *db.session.scalars(
            select(SandboxMessage.phone).where(SandboxMessage.phone.in_(some))
        ),
    }
    return next((phone for phone in some if phone not in known), some[0])
