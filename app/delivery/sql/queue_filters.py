"""Conditions for queued messages: those that may be claimed, those that are held, and both.

Each of the two has an index of its own, which SQLite uses only where a statement says what the
index says. "Both" is written as one or the other, so that SQLite walks along both indexes.
"""

from sqlalchemy import and_, or_

from app.delivery.models import messages
from app.domain.delivery.message_statuses import MessageStatus

_IS_QUEUED = messages.c.status == MessageStatus.QUEUED
IS_CLAIMABLE = and_(_IS_QUEUED, messages.c.held_until.is_(None))
IS_HELD = and_(_IS_QUEUED, messages.c.held_until.is_not(None))
IS_WAITING = or_(IS_CLAIMABLE, IS_HELD)
