"""Adding consent events: who agreed to texts, who withdrew, and how we know.

`phones` of the functions for imports is a select of one column of numbers, which imports builds
from its own rows.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, literal, null, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import InstrumentedAttribute

from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.suppression import sql
from app.suppression.models import (
    EVENT_SCOPE_PREFIX,
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    UnsubscribedContact,
)
from app.suppression.queries.consent_history import (
    select_has_recorded_consent,
    select_newest_consent_act,
    select_newest_consent_id,
)
from app.suppression.queries.sending_permission import (
    SAID_STOP_REASON,
    PermissionPurpose,
    has_opted_out,
    select_suppression_reason,
)

CONSENTING_ACTS = (ConsentAct.GRANTED.value, ConsentAct.RETURNED.value)


@dataclass(frozen=True)
class _ImportConsent:
    """How the people of an import agreed, or who says that they did not.

    `scope`: "event:<id>" when it is about one event, None: about all texts.
    """

    evidence: str | InstrumentedAttribute[str | None] | None
    actor: str | None
    method: ConsentMethod = ConsentMethod.IMPORT
    scope: str | None = None


class _ImportConsentEvent:
    """The consent event that an import adds for each of its people."""

    def __init__(
        self,
        act: ConsentAct,
        source: _ImportConsent,
        import_id: int,
    ) -> None:
        self._values: dict[str, Any] = {
            "act": literal(act.value),
            "method": literal(source.method.value),
            "evidence": _build_evidence(source.evidence),
            "actor": null() if source.actor is None else literal(source.actor),
            "import_id": literal(import_id),
            "at": literal(now(), UtcDateTime()),
            "scope": null() if source.scope is None else literal(source.scope),
        }

    def add_for(self, phones: Select[Any], scope: Any = None) -> int:
        """Add the event for each of these phones. Returns how many were added.

        `scope`: a column of the select that takes the place of the event's own scope.
        """
        values = self._values if scope is None else self._values | {"scope": scope}
        rows = phones.add_columns(*values.values())
        statement = insert(ConsentEvent).from_select(
            ["phone", *self._values], rows, include_defaults=False
        )
        return execute_and_count_rows(statement)


def _build_evidence(evidence: str | InstrumentedAttribute[str | None] | None) -> Any:
    if evidence is None:
        return null()
    return literal(evidence) if isinstance(evidence, str) else evidence


def grant_consent(
    phone: str,
    method: ConsentMethod,
    evidence: str | None,
    actor: str | None,
    scope: str | None = None,
) -> bool:
    """Record that somebody agreed to texts, and how we know.

    `scope`: what it is about ("event:<id>", "survey:<id>"), None: all texts. Returns False for a
    number that has opted out: nothing is recorded, the opt-out stands.
    """
    if has_opted_out(phone):
        return False
    add_consent_event(phone, ConsentAct.GRANTED, method, evidence, actor, scope)
    return True


def grant_missing_consent(
    phone: str,
    method: ConsentMethod,
    evidence: str | None,
    actor: str | None,
    scope: str | None = None,
) -> bool:
    """Record a consent unless one that covers this scope holds already. Inside write()."""
    last_act = sql.SELECT_LAST_ACT_IN_SCOPE.fetch_value(b_phone=phone, b_scope=scope)
    if last_act in (ConsentAct.GRANTED, ConsentAct.RETURNED):
        return False
    return grant_consent(phone, method, evidence, actor, scope)


def build_event_scope(event_id: int) -> str:
    """Return the scope of what is said about this event."""
    return f"{EVENT_SCOPE_PREFIX}{event_id}"


def grant_import_consent(
    phones: Select[Any],
    import_id: int,
    evidence: str | InstrumentedAttribute[str | None] | None,
    actor: str | None,
    *,
    method: ConsentMethod = ConsentMethod.IMPORT,
    scope: str | None = None,
) -> int:
    """Record the consent of `phones` that an import brought, in one statement.

    `evidence` may be a column beside the phones. Returns how many events were added: none for
    people whose consent is recorded already, and none for those who have opted out, whatever the
    file says. Call it before the rows of the import are deleted, inside the write() that confirms
    it.
    """
    phone = phones.selected_columns[0]
    list_reason = select_suppression_reason(phone, PermissionPurpose.LIST_LOOKUP)
    event_id = None
    if scope and scope.startswith(EVENT_SCOPE_PREFIX):
        event_id = scope.removeprefix(EVENT_SCOPE_PREFIX)
    without_consent = phones.where(
        list_reason.is_distinct_from(SAID_STOP_REASON),
        ~select_has_recorded_consent(phone, event_id),
    )
    source = _ImportConsent(evidence, actor, method, scope)
    event = _ImportConsentEvent(ConsentAct.GRANTED, source, import_id)
    return event.add_for(without_consent)


def withdraw_import_consent(phones: Select[Any], import_id: int, actor: str | None) -> list[str]:
    """Record the opt-outs of `phones` that an import brought, in one statement.

    Returns the phones. Inside the write() that confirms the import.
    """
    source = _ImportConsent(None, actor)
    _ImportConsentEvent(ConsentAct.WITHDRAWN, source, import_id).add_for(phones)
    return list(db.session.scalars(phones))


def revert_import_consent(
    import_id: int, evidence: str | None, actor: str | None, phones: Select[Any] | None = None
) -> int:
    """Revert what an undone import recorded, for everybody who has not spoken since.

    `phones`: for these numbers only. Returns for how many people. A consent becomes a withdrawal.
    An opt-out whose number is off the list again becomes a return where a consent stood before it,
    which then holds again: so call it after the entries are deleted. That a file was wrong is
    nobody's first consent.
    """
    had_consent = select_newest_consent_act(ConsentEvent.phone, before_id=ConsentEvent.id).in_(
        CONSENTING_ACTS
    )
    is_of_import: list[Any] = [ConsentEvent.import_id == import_id]
    if phones is not None:
        # An expression keeps SQLite from reading all events of the import by its index.
        is_of_import = [ConsentEvent.phone.in_(phones), ConsentEvent.import_id + 0 == import_id]
    phones_of_import = select(ConsentEvent.phone).where(
        *is_of_import, ConsentEvent.id == select_newest_consent_id(ConsentEvent.phone)
    )
    granted = phones_of_import.where(ConsentEvent.act == ConsentAct.GRANTED)
    off_the_list = phones_of_import.where(
        ConsentEvent.act == ConsentAct.WITHDRAWN,
        ConsentEvent.evidence.is_distinct_from(evidence),
        had_consent,
        ~exists().where(UnsubscribedContact.phone == ConsentEvent.phone),
    )
    source = _ImportConsent(evidence, actor)
    returned = _ImportConsentEvent(ConsentAct.RETURNED, source, import_id)
    withdrawn = _ImportConsentEvent(ConsentAct.WITHDRAWN, source, import_id)
    # What was granted for one event is withdrawn for that event only.
    return returned.add_for(off_the_list) + withdrawn.add_for(granted, ConsentEvent.scope)


def add_consent_event(
    phone: str,
    act: ConsentAct,
    method: ConsentMethod,
    evidence: str | None,
    actor: str | None,
    scope: str | None = None,
) -> None:
    """Add one consent event. Inside write()."""
    sql.INSERT_CONSENT_EVENT.execute(
        phone=phone,
        act=act,
        method=method,
        evidence=evidence,
        actor=actor,
        at=now(),
        scope=scope,
    )
