"""The numbers on the tabs of the pages of blasts."""

from typing import NamedTuple

from sqlalchemy import func, select

from app.blasts.models import StoredDraft
from app.blasts.queries.draft_records import is_draft_listed
from app.core.db import db
from app.delivery.queries.blast_list import build_running_count, build_scheduled_count
from app.domain.accounts.roles import Role


class TabCounts(NamedTuple):
    """How many drafts a user has, and how many blasts are scheduled, and sending or paused."""

    drafts: int
    scheduled: int
    sending: int


def count_tabs(user_id: int, role: Role) -> TabCounts:
    """Return the numbers on the tabs, in one statement: every list of blasts shows them."""
    drafts = select(func.count()).select_from(StoredDraft).where(is_draft_listed(user_id, role))
    counts = select(drafts.scalar_subquery(), build_scheduled_count(), build_running_count())
    return TabCounts(*db.session.execute(counts).one())
