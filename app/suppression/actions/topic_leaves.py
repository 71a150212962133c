"""Leaving a topic and coming back to it. Inside write(); none of these commits."""

from app.core.clock import now
from app.suppression import sql
from app.suppression.actions.consent_events import add_consent_event
from app.suppression.models import TOPIC_SCOPE_PREFIX, ConsentAct, ConsentMethod
from app.suppression.topic_models import TopicLeaveSource

CONSENT_METHOD_BY_LEAVE = {
    TopicLeaveSource.INBOUND: ConsentMethod.STOP,
    TopicLeaveSource.MANUAL: ConsentMethod.ADMIN,
    TopicLeaveSource.IMPORT: ConsentMethod.IMPORT,
}


def build_topic_scope(group_id: int) -> str:
    """Return the scope of what is said about this topic."""
    return f"{TOPIC_SCOPE_PREFIX}{group_id}"


def leave_topic(
    phone: str,
    group_id: int,
    source: TopicLeaveSource,
    *,
    evidence: str | None = None,
    actor: str | None = None,
) -> bool:
    """Let a number get no texts of a topic. Returns False when it had left the topic before.

    `evidence`: the words that prove it; `actor`: the user who did it. The person stays in the
    group, so that coming back is one step.
    """
    is_new = bool(
        sql.INSERT_LEFT_TOPIC.execute(
            phone=phone, group_id=group_id, since=now(), source=source.value
        )
    )
    if is_new:
        method = CONSENT_METHOD_BY_LEAVE[source]
        scope = build_topic_scope(group_id)
        add_consent_event(phone, ConsentAct.WITHDRAWN, method, evidence, actor, scope)
    return is_new


def return_to_topic(
    phone: str,
    group_id: int,
    method: ConsentMethod,
    *,
    evidence: str | None = None,
    actor: str | None = None,
) -> bool:
    """Let a number get the texts of a topic again. Returns False when it had not left it.

    `method`: how they said so.
    """
    is_back = bool(sql.CLOSE_LEFT_TOPIC.execute(b_phone=phone, b_group=group_id, b_moment=now()))
    if is_back:
        scope = build_topic_scope(group_id)
        add_consent_event(phone, ConsentAct.RETURNED, method, evidence, actor, scope)
    return is_back
