"""Statements that every tick of the engine runs besides claiming: who leads, how fast the sender
may go, and which blasts are finished.

Through SQLAlchemy a tick took twice as long (docs/performance.md). Each result is one JSON value:
one sqlite3_step, and the GIL is released once.
"""

from sqlalchemy import bindparam, exists, select

from app.core.prepared_statements import PreparedStatement
from app.delivery.engine_models import Lease, sender_health
from app.delivery.models import message_logs, messages
from app.domain.delivery.message_statuses import BlastStatus, MessageStatus

message_logs_c, sender_health_c = message_logs.c, sender_health.c

SELECT_LEASE_HOLDER = PreparedStatement.as_json(
    select(Lease.holder, Lease.epoch).where(Lease.name == bindparam("lease_name"))
)
SELECT_SENDER_HEALTH = PreparedStatement.as_json(
    select(
        sender_health_c.share,
        sender_health_c.slowed_at,
        sender_health_c.hold_until,
        sender_health_c.limit_share,
    ).where(
        sender_health_c.sender == bindparam("sender_name"),
        sender_health_c.carrier == bindparam("carrier_name"),
    )
)
_BLAST_HAS_UNSENT = exists().where(
    messages.c.message_log_id == message_logs_c.id,
    messages.c.status.in_((MessageStatus.QUEUED, MessageStatus.SUBMITTING)),
)
SELECT_FINISHED_BLASTS = PreparedStatement.as_json(
    select(message_logs_c.id).where(
        message_logs_c.status.in_((BlastStatus.PROCESSING, BlastStatus.PAUSED)),
        ~_BLAST_HAS_UNSENT,
    )
)
