"""The statements that run when somebody says STOP or START, built once.

Their parameters are called `b_…`.
"""

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core.prepared_statements import PreparedStatement
from app.suppression.models import (
    INBOUND_SOURCE,
    MANUAL_SOURCE,
    SuppressionCategory,
    consent_events,
    erased_numbers,
    stop_questions,
    suppressed_contacts,
    unsubscribed_contacts,
)

UNSUBSCRIBED_COLUMNS, SUPPRESSED_COLUMNS, QUESTION_COLUMNS, ERASED_COLUMNS = (
    unsubscribed_contacts.c,
    suppressed_contacts.c,
    stop_questions.c,
    erased_numbers.c,
)
PHONE_PARAMETER = bindparam("b_phone", type_=UNSUBSCRIBED_COLUMNS.phone.type)

INSERT_UNSUBSCRIBED = PreparedStatement(
    insert(unsubscribed_contacts).on_conflict_do_nothing(["phone"]),
    "phone",
    "source",
    "reason",
    "name",
    "created_at",
)
# b_phone, b_reason: their own STOP outweighs a note from elsewhere
UPDATE_TO_OWN_STOP = PreparedStatement(
    update(unsubscribed_contacts)
    .where(
        UNSUBSCRIBED_COLUMNS.phone == PHONE_PARAMETER,
        UNSUBSCRIBED_COLUMNS.source.not_in([MANUAL_SOURCE, INBOUND_SOURCE]),
    )
    .values(source=INBOUND_SOURCE, reason=bindparam("b_reason"))
)
INSERT_CONSENT_EVENT = PreparedStatement(
    insert(consent_events), "phone", "act", "method", "evidence", "actor", "at"
)

# what START takes back: b_phone
_delete_unsubscribed = delete(unsubscribed_contacts).where(
    UNSUBSCRIBED_COLUMNS.phone == PHONE_PARAMETER
)
_delete_suppressed = delete(suppressed_contacts).where(
    SUPPRESSED_COLUMNS.phone == PHONE_PARAMETER,
    SUPPRESSED_COLUMNS.category == SuppressionCategory.OPT_OUT,
)
DELETE_ALL_OPT_OUTS = (
    PreparedStatement(_delete_unsubscribed),
    PreparedStatement(_delete_suppressed),
)
DELETE_NON_MANUAL_OPT_OUTS = (
    PreparedStatement(_delete_unsubscribed.where(UNSUBSCRIBED_COLUMNS.source != MANUAL_SOURCE)),
    PreparedStatement(
        _delete_suppressed.where(
            or_(
                SUPPRESSED_COLUMNS.source.is_(None),
                SUPPRESSED_COLUMNS.source != MANUAL_SOURCE,
            )
        )
    ),
)
SELECT_ERASED_OPT_OUTS = PreparedStatement(
    select(ERASED_COLUMNS.phone_hash).where(ERASED_COLUMNS.opted_out)
)
# b_hash: they were erased, and came back
CLEAR_ERASED_OPT_OUT = PreparedStatement(
    update(erased_numbers)
    .where(ERASED_COLUMNS.phone_hash == bindparam("b_hash"))
    .values(opted_out=False)
)

INSERT_STOP_QUESTION = PreparedStatement(
    insert(stop_questions).on_conflict_do_nothing(),
    "phone",
    "message_id",
    "body",
    "asked_at",
    "decide_by",
)
# b_phone, b_verdict, b_at, b_by: what they say now answers whether an earlier text meant STOP
CLOSE_STOP_QUESTION = PreparedStatement(
    update(stop_questions)
    .where(QUESTION_COLUMNS.phone == PHONE_PARAMETER, QUESTION_COLUMNS.verdict.is_(None))
    .values(
        verdict=bindparam("b_verdict"),
        decided_at=bindparam("b_at"),
        decided_by=bindparam("b_by"),
    )
)
