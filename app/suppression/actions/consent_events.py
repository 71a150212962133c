"""Adding consent events: who agreed to texts, who withdrew, and how we know.

`phones` of the functions for imports is a select of one column of numbers, which imports builds
from its own rows.
"""

from typing import Any

from sqlalchemy import Select, exists, literal, null, select
from sqlalchemy.dialects.sqlite import insert

from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.suppression import sql
from app.suppression.models import ConsentAct, ConsentEvent, ConsentMethod, UnsubscribedContact
from app.suppression.queries.consent_history import (
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


class _ImportConsentEvent:
    """The consent event that an import adds for each of its people."""

    def __init__(
        self, act: ConsentAct, evidence: str | None, actor: str | None, import_id: int
    ) -> None:
        self._values: dict[str, Any] = {
            "act": literal(act.value),
            "method": literal(ConsentMethod.IMPORT.value),
            "evidence": null() if evidence is None else literal(evidence),
            "actor": null() if actor is None else literal(actor),
            "import_id": literal(import_id),
            "at": literal(now(), UtcDateTime()),
        }

    def add_for(self, phones: Select[Any]) -> int:
        """Add the event for each of these phones. Returns how many were added."""
        rows = phones.add_columns(*self._values.values())
        statement = insert(ConsentEvent).from_select(
            ["phone", *self._values], rows, include_defaults=False
        )
        return execute_and_count_rows(statement)


def grant_consent(
    phone: str, method: ConsentMethod, evidence: str | None, actor: str | None
) -> bool:
    """Record that somebody agreed to texts, and how we know.

    Returns False for a number that has opted out: nothing is recorded, the opt-out stands.
    """
    if has_opted_out(phone):
        return False
    add_consent_event(phone, ConsentAct.GRANTED, method, evidence, actor)
    return True


def grant_import_consent(
    phones: Select[Any], import_id: int, evidence: str | None, actor: str | None
) -> int:
    """Record the consent of `phones` that an import brought, in one statement.

    Returns how many events were added: none for people whose consent is recorded already, and
    none for those who have opted out, whatever the file says. Call it before the rows of the
    import are deleted, inside the write() that confirms it.
    """
    phone = phones.selected_columns[0]
    list_reason = select_suppression_reason(phone, PermissionPurpose.LIST_LOOKUP)
    newest_act = select_newest_consent_act(phone)
    without_consent = phones.where(
        list_reason.is_distinct_from(SAID_STOP_REASON),
        *(newest_act.is_distinct_from(act) for act in CONSENTING_ACTS),
    )
    event = _ImportConsentEvent(ConsentAct.GRANTED, evidence, actor, import_id)
    return event.add_for(without_consent)


def withdraw_import_consent(phones: Select[Any], import_id: int, actor: str | None) -> list[str]:
    """Record the opt-outs of `phones` that an import brought, in one statement.

    Returns the phones. Inside the write() that confirms the import.
    """
    _ImportConsentEvent(ConsentAct.WITHDRAWN, None, actor, import_id).add_for(phones)
    return list(db.session.scalars(phones))


def revert_import_consent(import_id: int, evidence: str | None, actor: str | None) -> int:
    """Revert what an undone import recorded, for everybody who has not spoken since.

    Returns for how many people. A consent becomes a withdrawal. An opt-out whose number is off
    the list again becomes a return where a consent stood before it, which then holds again: so
    call it after the entries are deleted. That a file was wrong is nobody's first consent.
    """
    had_consent = select_newest_consent_act(ConsentEvent.phone, before_id=ConsentEvent.id).in_(
        CONSENTING_ACTS
    )
    phones_of_import = select(ConsentEvent.phone).where(
        ConsentEvent.import_id == import_id,
        ConsentEvent.id == select_newest_consent_id(ConsentEvent.phone),
    )
    granted = phones_of_import.where(ConsentEvent.act == ConsentAct.GRANTED)
    off_the_list = phones_of_import.where(
        ConsentEvent.act == ConsentAct.WITHDRAWN,
        ConsentEvent.evidence.is_distinct_from(evidence),
        had_consent,
        ~exists().where(UnsubscribedContact.phone == ConsentEvent.phone),
    )
    returned = _ImportConsentEvent(ConsentAct.RETURNED, evidence, actor, import_id)
    withdrawn = _ImportConsentEvent(ConsentAct.WITHDRAWN, evidence, actor, import_id)
    return returned.add_for(off_the_list) + withdrawn.add_for(granted)


def add_consent_event(
    phone: str, act: ConsentAct, method: ConsentMethod, evidence: str | None, actor: str | None
) -> None:
    """Add one consent event. Inside write()."""
    sql.INSERT_CONSENT_EVENT.execute(
        phone=phone, act=act, method=method, evidence=evidence, actor=actor, at=now()
    )
