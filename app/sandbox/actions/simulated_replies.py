"""The crowd answers a blast: many phones write, one after the other, as people do."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert

from app.core.db import db
from app.delivery.carriers.sandbox_models import SandboxMessage
from app.sandbox.actions.sandbox_phones import build_phone_text_row
from app.sandbox.queries.simulated_replies import list_phones_able_to_reply

REPLY_WINDOW = timedelta(seconds=30)
MAX_REPLIES = 2_000  # a practice phone network is no load test


@dataclass(frozen=True)
class ReplyShare:
    """So many of a hundred write this."""

    percent: int
    body: str


def queue_simulated_replies(
    log_id: int, parts: Sequence[ReplyShare], sender: str, moment: datetime
) -> int:
    """Some of the phones that have a blast answer it, each once, within SPREAD of `moment`; how
    many do.

    At least one of each part, as far as there are phones, and at most MOST together. What they
    write waits in the carrier's tables: it comes in through the webhooks, whichever process is
    there, and survives a restart.
    """
    phones = list_phones_able_to_reply(log_id)
    random.shuffle(phones)
    said = [part.body for part in parts for _ in range(_count_repliers(len(phones), part.percent))][
        :MAX_REPLIES
    ]
    rows = [
        build_phone_text_row(phone, sender, body, moment + REPLY_WINDOW * random.random())
        for phone, body in zip(phones, said, strict=False)
    ]
    if rows:
        db.session.execute(insert(SandboxMessage), sorted(rows, key=lambda row: row["next_at"]))
    return len(rows)


def _count_repliers(people: int, percent: int) -> int:
    return max(1, round(people * percent / 100)) if percent else 0
