"""From one due blast to one row a person: the claim, the log and its rows, all in one
transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import update

from app.core.db import db, execute_and_count_rows
from app.delivery.models import Message, MessageLog, ScheduledMessage
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.message_statuses import (
    BlastStatus,
    MessageKind,
    MessageStatus,
    ScheduledBlastStatus,
)

BLAST_COLUMNS = ("kind", "sender", "carrier", "message_log_id", "created_at")
RECIPIENT_COLUMNS = (
    "phone",
    "name",
    "body",
    "status",
    "reason",
    "segments",
    "encoding",
)
# Rows wait in a table without indexes or checks and move in one statement: SQLite lays out the
# lists of the checks
# once a statement, and for 100,000 single INSERTs that is a third of the time. A slice stays in
# memory.
INSERT_BATCH_ROWS = 5000
CREATE_STAGING_TABLE = (
    f"CREATE TEMP TABLE IF NOT EXISTS released_rows ({', '.join(RECIPIENT_COLUMNS)})"
)
INSERT_STAGED_ROW = (
    f"INSERT INTO temp.released_rows VALUES ({', '.join('?' * len(RECIPIENT_COLUMNS))})"
)
MOVE_STAGED_ROWS = (
    f"INSERT INTO {Message.__tablename__} ({', '.join(BLAST_COLUMNS + RECIPIENT_COLUMNS)})"
    f" SELECT {', '.join('?' * len(BLAST_COLUMNS))}, {', '.join(RECIPIENT_COLUMNS)} FROM temp.released_rows ORDER BY rowid"
)
EMPTY_STAGING_TABLE = "DELETE FROM temp.released_rows"
# Phones come in no order, so every row touches other pages of their indexes: room for them
# saves a fifth of the time.
ENLARGE_PAGE_CACHE = "PRAGMA cache_size = -32768"
DB_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
QUEUED, SKIPPED = MessageStatus.QUEUED.value, MessageStatus.SKIPPED.value
NO_RECIPIENTS_ERROR = "Nobody was left to text."


def claim_scheduled_blast(scheduled_id: int, moment: datetime) -> bool:
    """Take a pending blast for release. Two may look; one guarded UPDATE wins."""
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(status=ScheduledBlastStatus.PROCESSING, processing_started_at=moment)
    )
    return execute_and_count_rows(statement) == 1


def create_blast_messages(
    scheduled_id: int,
    rehearsal: RenderedBlast,
    moment: datetime,
    event_title: str | None = None,
) -> int:
    """Make the log of a claimed blast and one row a number; returns the log's id.

    Sendable people are queued, the others skipped with their reason. With nobody to text the
    log has failed at once.
    """
    blast = db.session.get_one(ScheduledMessage, scheduled_id, populate_existing=True)
    log = _build_message_log(blast, rehearsal, event_title)
    if not rehearsal.sendable_texts:
        log.status, log.finished_at = BlastStatus.FAILED, moment
        blast.status, blast.error_message = (
            ScheduledBlastStatus.FAILED,
            NO_RECIPIENTS_ERROR,
        )
    db.session.add(log)
    db.session.flush()
    blast.message_log_id = log.id
    _insert_messages(blast, log.id, rehearsal.texts, moment)
    return log.id


def _build_message_log(
    blast: ScheduledMessage, rehearsal: RenderedBlast, event_title: str | None
) -> MessageLog:
    return MessageLog(
        message_body=blast.message_body,
        footer=blast.footer,
        target=blast.target,
        event_id=blast.event_id,
        event_title=event_title,
        status=BlastStatus.PROCESSING,
        total_recipients=len(rehearsal.texts),
        sender=blast.sender,
        carrier=blast.carrier,
        test_mode=blast.test_mode,
        duplicates=rehearsal.duplicates,
        created_by=blast.created_by,
        not_after=blast.not_after,
        survey_id=blast.survey_id,
    )


def _insert_messages(
    blast: ScheduledMessage,
    log_id: int,
    texts: Sequence[RenderedText],
    moment: datetime,
) -> None:
    """Plain tuples straight to the driver: 100,000 rows through the ORM would take ten times as
    long.
    """
    kind = MessageKind.TEST if blast.test_mode else MessageKind.BLAST
    created = moment.astimezone(UTC).strftime(DB_TIME_FORMAT)
    shared = (kind.value, blast.sender, blast.carrier, log_id, created)
    run = db.session.connection().exec_driver_sql
    usual = run("PRAGMA cache_size").scalar_one()
    run(CREATE_STAGING_TABLE)
    run(ENLARGE_PAGE_CACHE)
    try:
        for start in range(0, len(texts), INSERT_BATCH_ROWS):
            run(
                EMPTY_STAGING_TABLE
            )  # first, since a release that was rolled back may have left some
            run(
                INSERT_STAGED_ROW,
                [_build_message_row(text) for text in texts[start : start + INSERT_BATCH_ROWS]],
            )
            run(MOVE_STAGED_ROWS, shared)
        run(EMPTY_STAGING_TABLE)
    finally:
        run(f"PRAGMA cache_size = {usual}")


def _build_message_row(text: RenderedText) -> tuple[str | int | None, ...]:
    status, reason = (SKIPPED, text.skip_reason.value) if text.skip_reason else (QUEUED, None)
    return (
        text.phone,
        text.name,
        text.body,
        status,
        reason,
        text.segments,
        text.encoding,
    )
