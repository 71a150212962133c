"""The indexes of the table of messages, and the trigger that keeps the counts of a blast."""

from sqlalchemy import Index, text

from app.domain.delivery.message_statuses import SUPERSEDED_REASON

# As the partial index of these rows has it: a query must say the same to use it.
FAILED_OR_UNKNOWN_SQL = (
    "status = 'failed' OR status = 'undelivered' OR status = 'opted_out' OR status = 'unknown'"
)
# Which of a log's two counts a status belongs to: "s" success, "f" failure, "" neither, as for a
# row that another one stands in for: a person is counted once. No IN: SQLite lays out the list of
# each one anew whenever the trigger fires, which cost more than storing the message.
_COUNT_BUCKET_SQL = (
    f"CASE WHEN {{row}}.reason = '{SUPERSEDED_REASON}' THEN '' "
    "WHEN {row}.status = 'accepted' OR {row}.status = 'sent' "
    "OR {row}.status = 'no_receipt' OR {row}.status = 'delivered' THEN 's' "
    "WHEN {row}.status = 'failed' OR {row}.status = 'undelivered' "
    "OR {row}.status = 'opted_out' THEN 'f' ELSE '' END"
)
_OLD_BUCKET_SQL = _COUNT_BUCKET_SQL.format(row="old")
_NEW_BUCKET_SQL = _COUNT_BUCKET_SQL.format(row="new")
COUNT_TRIGGER_SQL = (
    "CREATE TRIGGER messages_count_update AFTER UPDATE OF status, reason ON messages "
    f"WHEN new.message_log_id IS NOT NULL AND {_OLD_BUCKET_SQL} <> {_NEW_BUCKET_SQL} BEGIN "
    "UPDATE message_logs SET "
    f"success_count = success_count + ({_NEW_BUCKET_SQL} = 's') - ({_OLD_BUCKET_SQL} = 's'), "
    f"failure_count = failure_count + ({_NEW_BUCKET_SQL} = 'f') - ({_OLD_BUCKET_SQL} = 'f') "
    "WHERE id = new.message_log_id; END"
)
MESSAGE_INDEXES = (
    # the database itself refuses a second message to a phone in one blast
    Index("uq_messages_log_phone", "message_log_id", "phone", unique=True),
    Index("ix_messages_log_status", "message_log_id", "status"),
    Index(
        "ix_messages_queued",
        "carrier",
        "message_log_id",
        "id",
        sqlite_where=text("status = 'queued' AND held_until IS NULL"),
    ),
    # What is held is in no index that claiming walks along.
    Index(
        "ix_messages_held",
        "carrier",
        "held_until",
        "message_log_id",
        sqlite_where=text("status = 'queued' AND held_until IS NOT NULL"),
    ),
    Index(
        "ix_messages_submitting",
        "message_log_id",
        sqlite_where=text("status = 'submitting'"),
    ),
    Index("ix_messages_phone", "phone", "id"),
    Index("ix_messages_created_at", "created_at"),
    Index(
        "ix_messages_look_up_at",
        "look_up_at",
        sqlite_where=text("look_up_at IS NOT NULL"),
    ),
    Index(
        "ix_messages_in_reply_to",
        "in_reply_to",
        sqlite_where=text("in_reply_to IS NOT NULL"),
    ),
    # one row of a blast at most holds a person who has several numbers
    Index(
        "uq_messages_person_log",
        "person_id",
        "message_log_id",
        unique=True,
        sqlite_where=text("person_id IS NOT NULL"),
    ),
    Index(
        "uq_messages_fallback_for_id",
        "fallback_for_id",
        unique=True,
        sqlite_where=text("fallback_for_id IS NOT NULL"),
    ),
    Index(
        "ix_messages_log_fallback",
        "message_log_id",
        "fallback_for_id",
        sqlite_where=text("fallback_for_id IS NOT NULL"),
    ),
    Index(
        "ix_messages_phone_answered",
        "phone",
        "id",
        sqlite_where=text("in_reply_to IS NOT NULL"),
    ),
    # Which numbers were told lately who writes; other rows are not in it.
    Index(
        "ix_messages_introductions",
        "phone",
        "created_at",
        sqlite_where=text("is_introduction = 1"),
    ),
    # Rows enter it only when a text fails or is in doubt, not while it is sent.
    Index("ix_messages_failed", "phone", "id", sqlite_where=text(FAILED_OR_UNKNOWN_SQL)),
)
