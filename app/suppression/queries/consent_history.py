"""Reading the consent events of a number: the newest one, and all of them in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, literal, or_, select, type_coerce
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.user_names import name_user
from app.suppression import sql
from app.suppression.models import (
    EVENT_SCOPE_PREFIX,
    PAUSE_SCOPE,
    TOPIC_SCOPE_PREFIX,
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
)

CONSENT_ACT_LABELS = {
    ConsentAct.GRANTED: "Agreed to texts",
    ConsentAct.WITHDRAWN: "Opted out",
    ConsentAct.RETURNED: "Opted back in",
}
PAUSE_ACT_LABELS = {
    ConsentAct.WITHDRAWN: "Paused",
    ConsentAct.RETURNED: "Pause ended",
}
TOPIC_ACT_LABELS = {
    ConsentAct.WITHDRAWN: "Left the topic",
    ConsentAct.RETURNED: "Came back to the topic",
}
CONSENT_METHOD_LABELS = {
    ConsentMethod.IMPORT: "from an imported list",
    ConsentMethod.FORM: "on a form",
    ConsentMethod.KEYWORD: "by texting a keyword",
    ConsentMethod.STOP: "by text",
    ConsentMethod.START: "by text",
    ConsentMethod.ADMIN: "by hand",
    ConsentMethod.CARRIER: "reported by Twilio",
    ConsentMethod.TEXT: "by text",
    ConsentMethod.VERBAL: "in person or by phone",
    ConsentMethod.WRITTEN: "on paper",
    ConsentMethod.EMAIL: "by email",
    ConsentMethod.WEB: "on a website",
}


@dataclass(frozen=True)
class ConsentHistoryEntry:
    """A consent event in words.

    `evidence`: the words that prove it; `actor`: the user who recorded it, None when the person
    or the carrier did; `scope_label`: what it is about, "" for all texts; `topic_id`: the group,
    where it is about one topic.
    """

    at: datetime
    act: ConsentAct
    act_label: str
    method_label: str
    evidence: str | None
    actor: str | None
    scope_label: str = ""
    topic_id: int | None = None


def select_newest_consent_act(
    phone_column: Any, before_id: Any = None, event_id: Any = None
) -> ColumnElement[Any]:
    """Return the newest consent act of the phone in this column, for any select.

    The value is the text of a ConsentAct, NULL when there is none. `before_id`: only events with
    a smaller id count. `event_id`: what was said about this event counts too; what was said about
    other events, or in a survey, never does. An event that says an admin took an entry off the
    list is passed over: that is no consent of the person's.
    """
    event = aliased(ConsentEvent)
    is_admin_removal = and_(event.act == ConsentAct.RETURNED, event.method == ConsentMethod.ADMIN)
    in_scope: ColumnElement[bool] = event.scope.is_(None)
    if event_id is not None:
        in_scope = or_(in_scope, event.scope == literal(EVENT_SCOPE_PREFIX).concat(event_id))
    acts = select(type_coerce(event.act, String)).where(
        event.phone == phone_column, in_scope, ~is_admin_removal
    )
    if before_id is not None:
        acts = acts.where(event.id < before_id)
    newest = acts.order_by(event.id.desc()).limit(1)
    return newest.correlate_except(event).scalar_subquery()


def select_has_recorded_consent(phone_column: Any, event_id: Any = None) -> ColumnElement[bool]:
    """Return whether the phone's consent holds, for any select: as the sending rule judges it."""
    withdrawn = ConsentAct.WITHDRAWN.value
    newest = select_newest_consent_act(phone_column, event_id=event_id)
    return func.coalesce(newest, withdrawn) != withdrawn


def select_newest_consent_id(phone_column: Any) -> ColumnElement[Any]:
    """Return the id of the newest consent event of the phone in this column, for any select.

    A pause, and what was said about one topic, say nothing about consent.
    """
    event = aliased(ConsentEvent)
    is_consent = and_(event.scope != PAUSE_SCOPE, ~event.scope.startswith(TOPIC_SCOPE_PREFIX))
    newest = select(func.max(event.id)).where(
        event.phone == phone_column, or_(event.scope.is_(None), is_consent)
    )
    return newest.correlate_except(event).scalar_subquery()


def has_recorded_stop(phone: str) -> bool:
    """Whether the number's own STOP is its newest event about opting out or coming back.

    A further STOP then needs no confirmation: it was confirmed once, and they have not come back.
    """
    return sql.SELECT_LAST_STOP_OR_RETURN.fetch_value(b_phone=phone) is ConsentAct.WITHDRAWN


def find_last_consent_act(phone: str) -> ConsentAct | None:
    """Return the newest consent act of this number, or None without any."""
    act: ConsentAct | None = sql.SELECT_LAST_CONSENT_ACT.fetch_value(b_phone=phone)
    return act


def list_consent_history(phone: str, limit: int = 100) -> list[ConsentHistoryEntry]:
    """Return the consent events of a number in words, the newest first."""
    events = (
        select(ConsentEvent)
        .where(ConsentEvent.phone == phone)
        .order_by(ConsentEvent.id.desc())
        .limit(limit)
    )
    return list(map(_describe_consent_event, db.session.scalars(events)))


def _describe_consent_event(event: ConsentEvent) -> ConsentHistoryEntry:
    """Return one line of the ledger in words."""
    return ConsentHistoryEntry(
        at=event.at,
        act=event.act,
        act_label=_label_act(event),
        method_label=_label_method(event),
        evidence=_name_recorder(event.evidence, event.actor),
        actor=event.actor,
        scope_label=_describe_scope(event.scope),
        topic_id=_find_topic(event.scope),
    )


def _label_act(event: ConsentEvent) -> str:
    labels = CONSENT_ACT_LABELS
    if event.scope == PAUSE_SCOPE:
        labels = labels | PAUSE_ACT_LABELS
    elif _find_topic(event.scope) is not None:
        labels = labels | TOPIC_ACT_LABELS
    return labels[event.act]


def _label_method(event: ConsentEvent) -> str:
    """Return how it was said; a pause that came to its end was ended by no one."""
    is_over = event.scope == PAUSE_SCOPE and event.act == ConsentAct.RETURNED
    if is_over and event.actor is None:
        return ""
    return CONSENT_METHOD_LABELS[event.method]


def _find_topic(scope: str | None) -> int | None:
    if scope is None or not scope.startswith(TOPIC_SCOPE_PREFIX):
        return None
    return int(scope.removeprefix(TOPIC_SCOPE_PREFIX))


def _name_recorder(evidence: str | None, actor: str | None) -> str | None:
    """Return "Added by Ada" for the stored "Added by ada"; other evidence as it is."""
    if evidence and actor and evidence.endswith(f" by {actor}"):
        return evidence.removesuffix(actor) + name_user(actor)
    return evidence


def _describe_scope(scope: str | None) -> str:
    if scope is None or scope.startswith((PAUSE_SCOPE, TOPIC_SCOPE_PREFIX)):
        return ""
    return "for one event only" if scope.startswith(EVENT_SCOPE_PREFIX) else "for one survey only"
