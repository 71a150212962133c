"""Simulated replies to a blast: many phones write, one after the other, as people do."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from app.delivery.carriers.sandbox_phone_storage import store_phone_texts
from app.delivery.queries.sandbox_blasts import list_phones_able_to_reply
from app.sandbox.actions.sandbox_phones import build_phone_text_row

REPLY_WINDOW = timedelta(seconds=30)
# The sandbox is for practice: larger floods belong to the load tests.
MAX_REPLIES = 2_000


@dataclass(frozen=True)
class ReplyShare:
    """The text that so many percent of the phones write."""

    percent: int
    body: str


def queue_simulated_replies(
    log_id: int, shares: Sequence[ReplyShare], sender: str, moment: datetime
) -> int:
    """Let phones that have a blast reply, each once, within REPLY_WINDOW; return how many do.

    At least one phone of each share, as far as there are phones, and at most MAX_REPLIES
    together. The texts wait in the sandbox's table: they come in through the webhooks of
    whichever process runs then, and survive a restart. Inside write().
    """
    phones = list_phones_able_to_reply(log_id)
    random.shuffle(phones)
    bodies = _list_reply_bodies(shares, len(phones))
    rows = []
    for phone, body in zip(phones, bodies, strict=False):
        reply_time = moment + REPLY_WINDOW * random.random()
        rows.append(build_phone_text_row(phone, sender, body, reply_time))
    if rows:
        # A phone's page orders texts by id: the ids must follow the times.
        store_phone_texts(sorted(rows, key=itemgetter("next_at")))
    return len(rows)


def _list_reply_bodies(shares: Sequence[ReplyShare], phone_count: int) -> list[str]:
    bodies: list[str] = []
    for share in shares:
        bodies += [share.body] * _count_repliers(phone_count, share.percent)
    return bodies[:MAX_REPLIES]


def _count_repliers(phone_count: int, percent: int) -> int:
    if not percent:
        return 0
    return max(1, round(phone_count * percent / 100))
