"""Blasts and audiences whose people only admins may see, and their sentences for others."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, case, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.delivery.audience_models import BlastAudience
from app.delivery.models import MessageLog
from app.domain.accounts.roles import Role

HIDDEN_SENTENCE = "People chosen by a list for admins"


def find_audience_sentences(audience_ids: Collection[int], role: Role) -> dict[int, str]:
    """Return these audiences in words, by id; those for admins without the names of their lists."""
    row = BlastAudience
    sentence: ColumnElement[str] = row.sentence.expression
    if role != Role.ADMIN:
        sentence = case((row.is_for_admins, HIDDEN_SENTENCE), else_=row.sentence)
    return fetch_dict(select(row.id, sentence).where(row.id.in_(audience_ids)))


def is_audience_for_admins(audience_id: int | None) -> bool:
    """Whether only admins may see who is in an audience; False for none."""
    if audience_id is None:
        return False
    row = BlastAudience
    statement = select(row.id).where(row.id == audience_id, row.is_for_admins)
    return db.session.scalar(statement) is not None


def find_blasts_for_admins(log_ids: Collection[int]) -> set[int]:
    """Return those of these blasts whose people only admins may see.

    Also by way of an earlier blast whose people they went to.
    """
    if not log_ids:
        return set()
    log, audience = MessageLog, BlastAudience
    first = select(log.id.label("blast_id"), log.id.label("earlier_id")).where(log.id.in_(log_ids))
    chain = first.cte("chain", recursive=True)
    earlier = select(chain.c.blast_id, log.audience_log_id).join(log, log.id == chain.c.earlier_id)
    chain = chain.union(earlier.where(log.audience_log_id.is_not(None)))
    statement = select(chain.c.blast_id).distinct().join(log, log.id == chain.c.earlier_id)
    statement = statement.join(audience, audience.id == log.audience_id)
    return set(db.session.scalars(statement.where(audience.is_for_admins)))
