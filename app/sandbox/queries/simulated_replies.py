"""Who may answer which blast, and how many answers are still on their way; numbers that nobody
has.
"""

import random
from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.clock import now
from app.core.db import db
from app.delivery.carriers.sandbox_models import (
    PhoneBehaviour,
    SandboxMessage,
    SandboxPhone,
)
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES
from app.events.queries.contact_names import find_display_names

MAX_BLAST_CHOICES, CANDIDATE_COUNT = 10, 40
SILENT_BEHAVIOURS = (
    PhoneBehaviour.UNREACHABLE,
    PhoneBehaviour.LANDLINE,
    PhoneBehaviour.REFUSED,
)
# Other areas than those of the made-up people; 555-01xx is free for stories in each.
FICTIONAL_AREA_CODES = ("206", "404", "503", "612", "617", "713")


def list_latest_sandbox_blasts() -> Sequence[MessageLog]:
    """The last practice blasts, the newest first."""
    logs = select(MessageLog).where(
        MessageLog.carrier == "sandbox", MessageLog.total_recipients > 0
    )
    return db.session.scalars(logs.order_by(MessageLog.id.desc()).limit(MAX_BLAST_CHOICES)).all()


def list_phones_able_to_reply(log_id: int) -> list[str]:
    """The phones that have this blast by now and can write: not switched off, and no landline."""
    silent = select(SandboxPhone.phone).where(SandboxPhone.mood.in_(SILENT_BEHAVIOURS))
    got = select(Message.phone).where(
        Message.message_log_id == log_id, Message.status.in_(ACCEPTED_STATUSES)
    )
    return list(
        db.session.scalars(got.where(Message.phone.not_in(silent), Message.phone.startswith("+")))
    )


def count_pending_replies() -> int:
    """How many texts of phones are written later than now."""
    later = SandboxMessage.next_at > now(), SandboxMessage.created_at > now()
    return db.session.scalar(select(func.count()).select_from(SandboxMessage).where(*later)) or 0


def generate_unknown_number() -> str:
    """A pretend number that is on no list and has written nothing yet."""
    some = [
        f"+1{random.choice(FICTIONAL_AREA_CODES)}55501{number:02}"
        for number in random.sample(range(100), CANDIDATE_COUNT)
    ]
    known = {
        *find_display_names(some),
        *db.session.scalars(select(SandboxMessage.phone).where(SandboxMessage.phone.in_(some))),
    }
    return next((phone for phone in some if phone not in known), some[0])
