"""Statements that run when somebody texts STOP or START, compiled once.

Their parameters are called `b_…`.
"""

from sqlalchemy import Integer, bindparam, delete, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from app.core.prepared_statements import PreparedStatement
from app.suppression.models import (
    INBOUND_SOURCE,
    MANUAL_SOURCE,
    ConsentAct,
    ConsentMethod,
    SuppressionCategory,
    consent_events,
    erased_numbers,
    stop_questions,
    suppressed_contacts,
    unsubscribed_contacts,
)
from app.suppression.pause_models import replaced_pauses
from app.suppression.topic_models import erased_topic_leaves, unsubscribed_topics

# All of them are PreparedStatements because 200 texts may come in a second: through SQLAlchemy a
# STOP took 5.7 ms of processor time inside write(), compiled once it takes 1.2
# (docs/decisions/0013-texts-that-come-in.md).
PHONE_PARAM = bindparam("b_phone", type_=unsubscribed_contacts.c.phone.type)

INSERT_UNSUBSCRIBED = PreparedStatement(
    insert(unsubscribed_contacts).on_conflict_do_nothing(["phone"]),
    "phone",
    "source",
    "reason",
    "name",
    "created_at",
    "folded_name",
)
# b_phone, b_reason: a person's own STOP outweighs a note from an import or an event.
UPDATE_TO_OWN_STOP = PreparedStatement(
    update(unsubscribed_contacts)
    .where(
        unsubscribed_contacts.c.phone == PHONE_PARAM,
        unsubscribed_contacts.c.source.not_in([MANUAL_SOURCE, INBOUND_SOURCE]),
    )
    .values(source=INBOUND_SOURCE, reason=bindparam("b_reason"))
)

# What START deletes. b_phone
_delete_unsubscribed = delete(unsubscribed_contacts).where(
    unsubscribed_contacts.c.phone == PHONE_PARAM
)
_delete_carrier_opt_out = delete(suppressed_contacts).where(
    suppressed_contacts.c.phone == PHONE_PARAM,
    suppressed_contacts.c.category == SuppressionCategory.OPT_OUT,
)
_is_not_manual = or_(
    suppressed_contacts.c.source.is_(None), suppressed_contacts.c.source != MANUAL_SOURCE
)
DELETE_ALL_OPT_OUTS = (
    PreparedStatement(_delete_unsubscribed),
    PreparedStatement(_delete_carrier_opt_out),
)
DELETE_NON_MANUAL_OPT_OUTS = (
    PreparedStatement(_delete_unsubscribed.where(unsubscribed_contacts.c.source != MANUAL_SOURCE)),
    PreparedStatement(_delete_carrier_opt_out.where(_is_not_manual)),
)

INSERT_CONSENT_EVENT = PreparedStatement(
    insert(consent_events), "phone", "act", "method", "evidence", "actor", "at", "scope"
)
# b_phone
_select_newest_act = (
    select(consent_events.c.act)
    .where(consent_events.c.phone == PHONE_PARAM, consent_events.c.scope.is_(None))
    .order_by(consent_events.c.id.desc())
    .limit(1)
)
_is_own_stop = (consent_events.c.act == ConsentAct.WITHDRAWN) & (
    consent_events.c.method == ConsentMethod.STOP
)
SELECT_LAST_CONSENT_ACT = PreparedStatement(_select_newest_act)
SELECT_LAST_STOP_OR_RETURN = PreparedStatement(
    _select_newest_act.where(or_(_is_own_stop, consent_events.c.act == ConsentAct.RETURNED))
)

SELECT_ERASED_OPT_OUTS = PreparedStatement(
    select(erased_numbers.c.phone_hash).where(erased_numbers.c.opted_out)
)
# b_hash
CLEAR_ERASED_OPT_OUT = PreparedStatement(
    update(erased_numbers)
    .where(erased_numbers.c.phone_hash == bindparam("b_hash"))
    .values(opted_out=False)
)

_is_admin_removal = (consent_events.c.act == ConsentAct.RETURNED) & (
    consent_events.c.method == ConsentMethod.ADMIN
)
# b_phone, b_scope: what was said last about this event or survey, or about all texts. That an
# admin took an entry off the list is nobody's consent.
SELECT_LAST_ACT_IN_SCOPE = PreparedStatement(
    select(consent_events.c.act)
    .where(
        consent_events.c.phone == PHONE_PARAM,
        or_(consent_events.c.scope.is_(None), consent_events.c.scope == bindparam("b_scope")),
        ~_is_admin_removal,
    )
    .order_by(consent_events.c.id.desc())
    .limit(1)
)

INSERT_STOP_QUESTION = PreparedStatement(
    insert(stop_questions).on_conflict_do_nothing(),
    "phone",
    "message_id",
    "body",
    "asked_at",
    "decide_by",
)
# b_phone, b_verdict, b_at, b_by
CLOSE_STOP_QUESTION = PreparedStatement(
    update(stop_questions)
    .where(stop_questions.c.phone == PHONE_PARAM, stop_questions.c.verdict.is_(None))
    .values(
        verdict=bindparam("b_verdict"),
        decided_at=bindparam("b_at"),
        decided_by=bindparam("b_by"),
    )
)

# A person leaves a topic once, until they come back.
INSERT_LEFT_TOPIC = PreparedStatement(
    insert(unsubscribed_topics).on_conflict_do_nothing(
        index_elements=["group_id", "phone"], index_where=text("until IS NULL")
    ),
    "phone",
    "group_id",
    "since",
    "source",
)
# b_phone, b_group, b_moment
CLOSE_LEFT_TOPIC = PreparedStatement(
    update(unsubscribed_topics)
    .where(
        unsubscribed_topics.c.phone == PHONE_PARAM,
        unsubscribed_topics.c.group_id == bindparam("b_group", type_=Integer),
        unsubscribed_topics.c.until.is_(None),
    )
    .values(until=bindparam("b_moment"))
)
# Read whenever people are put into a group, also by their texts.
SELECT_ANY_ERASED_TOPIC_LEAVE = PreparedStatement(select(erased_topic_leaves.c.id).limit(1))
# b_phone
DELETE_PAUSE = PreparedStatement(
    _delete_unsubscribed.where(unsubscribed_contacts.c.ends_at.is_not(None))
)
DELETE_REPLACED_PAUSE = PreparedStatement(
    delete(replaced_pauses).where(replaced_pauses.c.phone == PHONE_PARAM)
)
INSERT_PAUSE = PreparedStatement(
    insert(unsubscribed_contacts).on_conflict_do_nothing(["phone"]),
    "phone",
    "source",
    "reason",
    "name",
    "created_at",
    "folded_name",
    "ends_at",
)
SELECT_PAUSE_END = PreparedStatement(
    select(unsubscribed_contacts.c.ends_at).where(unsubscribed_contacts.c.phone == PHONE_PARAM)
)
SELECT_FIRST_PAUSE_END = PreparedStatement(
    select(unsubscribed_contacts.c.ends_at)
    .where(unsubscribed_contacts.c.ends_at.is_not(None))
    .order_by(unsubscribed_contacts.c.ends_at)
    .limit(1)
)

# b_phones: a JSON list. Everything that a line of the file of opt-outs says, in one statement: each
# STOP waits for it, and seven statements through SQLAlchemy took 6 ms of processor time.
SELECT_LISTED_STATES = PreparedStatement(
    """
    WITH phones AS (SELECT value AS phone FROM json_each(:b_phones))
    SELECT 'position' AS what, '' AS phone, position AS first, NULL AS second, NULL AS third
    FROM stop_journal
    UNION ALL
    SELECT 'listed', phone, source, created_at, ends_at FROM unsubscribed_contacts
    WHERE phone IN phones
    UNION ALL
    SELECT 'behind', phone, source, created_at, ends_at FROM replaced_pauses WHERE phone IN phones
    UNION ALL
    SELECT 'topic', phone, group_id, source, NULL FROM unsubscribed_topics
    WHERE until IS NULL AND phone IN phones
    UNION ALL
    SELECT 'gone', phone, folded_name, NULL, NULL FROM deleted_topic_leaves WHERE phone IN phones
    UNION ALL
    SELECT 'method', phone, method, NULL, NULL FROM consent_events WHERE id IN (
        SELECT (SELECT max(id) FROM consent_events WHERE consent_events.phone = phones.phone)
        FROM phones)
    """
)
