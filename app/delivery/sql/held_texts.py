"""Statements that hold texts until texting hours, and let them go again.

Up to 1,000 rows a transaction, which the write lock is held for: prepared 8 ms, through the session
a hundred. Claiming uses two of them in its own transaction.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, tuple_

from app.core.prepared_statements import PreparedStatement
from app.delivery.models import message_logs, messages
from app.delivery.sql.queue_filters import IS_CLAIMABLE, IS_HELD
from app.domain.delivery.message_statuses import BlastStatus

SLICE_ROWS = 1000
messages_c, logs_c = messages.c, message_logs.c
_IS_OF_CARRIER = messages_c.carrier == bindparam("carrier_name")
# The columns are those of HoldableText, in that order.
_COLUMNS = (
    messages_c.id,
    messages_c.phone,
    messages_c.kind,
    messages_c.message_log_id,
    messages_c.held_until,
    logs_c.survey_id.is_not(None).label("asks_survey"),
    logs_c.any_hour_reason.is_not(None).label("is_any_hour"),
    logs_c.not_after,
)


def _select_waiting(*conditions: ColumnElement[bool]) -> Select[Any]:
    joined = messages.join(message_logs, logs_c.id == messages_c.message_log_id)
    return select(*_COLUMNS).select_from(joined).where(*conditions).limit(SLICE_ROWS)


SELECT_CLAIMABLE_OF_BLAST = PreparedStatement.as_json(
    _select_waiting(
        IS_CLAIMABLE, _IS_OF_CARRIER, messages_c.message_log_id == bindparam("blast_id")
    ).order_by(messages_c.id)
)
SELECT_CLAIMABLE_TEXT = PreparedStatement.as_json(
    _select_waiting(IS_CLAIMABLE, messages_c.id == bindparam("message_id"))
)
# Both walk along ix_messages_held in its order.
_ORDER = (messages_c.held_until, messages_c.message_log_id, messages_c.id)
SELECT_DUE = PreparedStatement.as_json(
    _select_waiting(IS_HELD, _IS_OF_CARRIER, messages_c.held_until <= bindparam("moment")).order_by(
        *_ORDER
    )
)
SELECT_NEXT_HELD = PreparedStatement.as_json(
    _select_waiting(
        IS_HELD,
        _IS_OF_CARRIER,
        tuple_(*_ORDER)
        > tuple_(bindparam("after_until"), bindparam("after_blast"), bindparam("after_id")),
    ).order_by(*_ORDER)
)
# Asked once a second before the write lock is taken: mostly no text is due.
SELECT_ANY_DUE = PreparedStatement(
    select(messages_c.id)
    .where(IS_HELD, _IS_OF_CARRIER, messages_c.held_until <= bindparam("moment"))
    .limit(1)
)
SELECT_ANY_HELD = PreparedStatement(select(messages_c.id).where(IS_HELD, _IS_OF_CARRIER).limit(1))
# Claiming sees no blast of which every waiting text is held, so these expire here.
SELECT_ENDING_BLASTS = PreparedStatement.as_json(
    select(logs_c.id, logs_c.not_after).where(
        logs_c.status == BlastStatus.PROCESSING,
        logs_c.carrier == bindparam("carrier_name"),
        logs_c.not_after.is_not(None),
    )
)

# `rows`: [[message id, moment as it is stored or null, reason or null], …] as JSON. A text that is
# let go could not be sent before `moment`: that it has waited so long is no stall.
SET_HOLDS = PreparedStatement("""
    UPDATE messages
    SET held_until = hold.until, held_why = hold.why,
        not_before = CASE WHEN hold.until IS NULL THEN :moment ELSE not_before END
    FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS until,
        json_extract(value, '$[2]') AS why FROM json_each(:rows)) AS hold
    WHERE messages.id = hold.id AND messages.status = 'queued'
""")
# `ids`: message ids as JSON
SKIP_TEXTS = PreparedStatement("""
    UPDATE messages SET status = 'skipped', reason = :skip_reason
    WHERE status = 'queued' AND id IN (SELECT value FROM json_each(:ids))
""")
