"""Statements over webhook events, compiled once.

Up to 200 texts and 200 receipts come in a second, and each of these statements runs inside the
write lock: compiled once it takes 10 µs, through SQLAlchemy 100 to 300. Each run of a statement
releases the GIL, and getting it back is what a busy process waits for; so what has to be looked
up for a text or a receipt is one statement, composed from what the owners of the tables build
(docs/decisions/0010-receipts.md, docs/decisions/0013-texts-that-come-in.md).
"""

from sqlalchemy import String, bindparam, exists, func, literal, or_, select, true, update

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.delivery.queries.attempt_lookup import match_attempt_id, select_attempt_by_ref
from app.delivery.queries.text_history import (
    match_message_sid,
    select_answered_message_ids,
    select_newest_texts,
)
from app.domain.texts.auto_reply_limit import MAX_AUTO_REPLIES_WITH_SURVEYS
from app.events.queries.contact_names import build_names_json
from app.inbox.queries.threads import select_is_silenced
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    select_suppression_reason,
)
from app.surveys.queries.survey_invitations import build_may_answer_condition
from app.surveys.queries.trigger_words import build_trigger_word_condition
from app.webhooks.models import webhook_events

# A STOP and a START this near to each other may have come in swapped; nobody texts more between.
NEARBY_TEXTS = 20

_events = webhook_events.c
_PHONE = bindparam("b_phone", type_=String)
_MOMENT = bindparam("b_moment", type_=UtcDateTime())
_SINCE = bindparam("b_since", type_=UtcDateTime())
_UNTIL = bindparam("b_until", type_=UtcDateTime())

# Raw SQL: SQLAlchemy has no INSERT of the rows of a JSON list, and a bound value for each column
# of each event would be ten times as many. `rows`: a list of lists, in the order of the columns.
_ROW_VALUES = ", ".join(f"json_extract(value, '$[{position}]')" for position in range(10))
INSERT_EVENTS = PreparedStatement(
    f"""
    INSERT INTO webhook_events
        (dedupe_key, kind, provider_sid, ref, payload, verdict, message_id, error, received_at,
         processed_at)
    SELECT {_ROW_VALUES} FROM json_each(:rows)
    """
)

# What must be known of inbound texts before they are stored, for a whole batch: b_texts is a JSON
# list of [dedupe key, phone, JSON list of trigger words, SID]. A text takes 2 statements so, and
# its share of 4 (before: 19). Returns one JSON list of rows, as TextContext in the pipeline reads
# them.
_batch = func.json_each(bindparam("b_texts")).table_valued("value").c.value
_texts = select(
    func.json_extract(_batch, "$[0]").label("dedupe_key"),
    func.json_extract(_batch, "$[1]").label("phone"),
    func.json_extract(_batch, "$[2]").label("words"),
    func.json_extract(_batch, "$[3]").label("sid"),
).cte("texts")
_text_context = func.json_array(
    _texts.c.dedupe_key,
    # An event is forgotten after 30 days; its text is not.
    or_(
        exists().where(_events.dedupe_key == _texts.c.dedupe_key),
        match_message_sid(_texts.c.sid),
    ),
    func.json(build_names_json(_texts.c.phone)),
    build_may_answer_condition(_texts.c.phone, _SINCE),
    build_trigger_word_condition(_texts.c.words),
)
SELECT_TEXT_CONTEXTS = PreparedStatement(
    select(func.json_group_array(func.json(_text_context))).select_from(_texts)
)

# What speaks against an automatic reply: the number is suppressed, it is silenced, or it got too
# many replies (the verdicts of the texts that the newest ones answered, as a JSON list).
_answered = select_answered_message_ids(_PHONE, _SINCE, MAX_AUTO_REPLIES_WITH_SURVEYS)
_verdict = (
    select(_events.verdict)
    .where(_events.message_id == _answered.c.message_id)
    .correlate(_answered)
    .scalar_subquery()
)
_verdicts = select(_verdict.label("verdict")).select_from(_answered).subquery()
SELECT_REPLY_LIMITS = PreparedStatement(
    select(
        select_suppression_reason(_PHONE, PermissionPurpose.ANSWERING),
        select_is_silenced(_PHONE, _MOMENT),
        select(func.json_group_array(_verdicts.c.verdict)).scalar_subquery(),
    )
)

# There is always one row: whether the event is stored already, and the attempt with the ref.
_nothing = select(literal(1)).subquery()
_attempt = select_attempt_by_ref(bindparam("b_ref", type_=String))
SELECT_RECEIPT_STATE = PreparedStatement(
    select(
        exists().where(_events.dedupe_key == bindparam("b_key", type_=String)), *_attempt.c
    ).select_from(_nothing.outerjoin(_attempt, true()))
)

_newest = select_newest_texts(_PHONE, NEARBY_TEXTS)
SELECT_NEARBY_TEXT = PreparedStatement(
    select(_events.message_id)
    .select_from(_newest.join(webhook_events, _events.message_id == _newest.c.id))
    .where(
        _events.verdict == bindparam("b_verdict", type_=String),
        _newest.c.created_at.between(_SINCE, _UNTIL),
    )
    .order_by(_newest.c.id.desc())
    .limit(1)
)

# ix_webhook_events_waits is an index of these rows only, which SQLite takes for nothing but its
# own condition with the constant written out: a scheduled job asks every other second.
_is_pending = _events.verdict == "return_waits"
SELECT_ANY_PENDING_OPT_IN = PreparedStatement(select(literal(1)).where(_is_pending).limit(1))
SELECT_PENDING_OPT_INS = PreparedStatement(
    select(_events.id, _events.message_id).where(_is_pending).order_by(_events.id)
)
MARK_OPT_IN_PENDING = PreparedStatement(
    update(webhook_events)
    .where(_events.message_id == bindparam("b_message_id"))
    .values(verdict="return_waits")
)
RESOLVE_PENDING_OPT_IN = PreparedStatement(
    update(webhook_events)
    .where(_events.id == bindparam("b_id"), _is_pending)
    .values(verdict=bindparam("b_verdict"))
)

# Found along the index on message_id: events without a message are few.
_is_unmatched = (_events.message_id.is_(None)) & (_events.verdict == "orphan")
SELECT_MATCHED_RECEIPTS = PreparedStatement(
    select(_events.id, _events.dedupe_key, _events.provider_sid, _events.ref, _events.payload)
    .where(_is_unmatched, match_attempt_id(_events.ref, _events.provider_sid).is_not(None))
    .order_by(_events.id)
)
MATCH_RECEIPT = PreparedStatement(
    update(webhook_events)
    .where(_events.id == bindparam("b_id"), _events.verdict == "orphan")
    .values(verdict="no_change", message_id=bindparam("b_message_id"), processed_at=_MOMENT)
)
MARK_RECEIPT_APPLIED = PreparedStatement(
    update(webhook_events).where(_events.id == bindparam("b_id")).values(verdict="applied")
)
