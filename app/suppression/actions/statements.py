"""The statements that run when somebody says STOP or START, built once.

Their parameters are called `b_…`.
"""

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core.prepared import PreparedStatement
from app.suppression.models import (
    INBOUND,
    MANUAL,
    SuppressionCategory,
    consent_events,
    erased_numbers,
    stop_questions,
    suppressed_contacts,
    unsubscribed_contacts,
)

S, B, Q, E = (
    unsubscribed_contacts.c,
    suppressed_contacts.c,
    stop_questions.c,
    erased_numbers.c,
)
PHONE = bindparam("b_phone", type_=S.phone.type)

PUT_ON = PreparedStatement(
    insert(unsubscribed_contacts).on_conflict_do_nothing(["phone"]),
    "phone",
    "source",
    "reason",
    "name",
    "created_at",
)
# b_phone, b_reason: their own STOP outweighs a note from elsewhere
MAKE_THEIRS = PreparedStatement(
    update(unsubscribed_contacts)
    .where(S.phone == PHONE, S.source.not_in([MANUAL, INBOUND]))
    .values(source=INBOUND, reason=bindparam("b_reason"))
)
NOTE = PreparedStatement(
    insert(consent_events), "phone", "act", "method", "evidence", "actor", "at"
)

# what START takes back: b_phone
_stops = delete(unsubscribed_contacts).where(S.phone == PHONE)
_bad = delete(suppressed_contacts).where(
    B.phone == PHONE, B.category == SuppressionCategory.OPT_OUT
)
LIFT_ALL = (PreparedStatement(_stops), PreparedStatement(_bad))
LIFT = (
    PreparedStatement(_stops.where(S.source != MANUAL)),
    PreparedStatement(_bad.where(or_(B.source.is_(None), B.source != MANUAL))),
)
ERASED = PreparedStatement(select(E.phone_hash).where(E.opted_out))
# b_hash: they were erased, and came back
FORGET = PreparedStatement(
    update(erased_numbers)
    .where(E.phone_hash == bindparam("b_hash"))
    .values(opted_out=False)
)

ASK = PreparedStatement(
    insert(stop_questions).on_conflict_do_nothing(),
    "phone",
    "message_id",
    "body",
    "asked_at",
    "decide_by",
)
# b_phone, b_verdict, b_at, b_by: what they say now answers whether an earlier text meant STOP
DECIDE = PreparedStatement(
    update(stop_questions)
    .where(Q.phone == PHONE, Q.verdict.is_(None))
    .values(
        verdict=bindparam("b_verdict"),
        decided_at=bindparam("b_at"),
        decided_by=bindparam("b_by"),
    )
)
