"""Statements that find the attempt which a receipt is about."""

from sqlalchemy import bindparam, select

from app.core.prepared_statements import PreparedStatement
from app.delivery.engine_models import attempts

ATTEMPT_COLUMNS = (
    attempts.c.id,
    attempts.c.message_id,
    attempts.c.n.label("number"),
    attempts.c.provider_sid,
)
# A blast at 100 segments a second brings 200 receipts a second: through SQLAlchemy each select
# cost five times as much as in SQLite (docs/decisions/0010-receipts.md).
SELECT_ATTEMPT_BY_REF = PreparedStatement(
    select(*ATTEMPT_COLUMNS).where(attempts.c.ref == bindparam("ref"))
)
SELECT_ATTEMPT_BY_SID = PreparedStatement(
    select(*ATTEMPT_COLUMNS).where(attempts.c.provider_sid == bindparam("sid"))
)
