"""Opt-outs that a file of people brings: those who, as it says, want no texts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    delete,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.suppression.actions.consent_events import add_consent_event, withdraw_import_consent
from app.suppression.actions.replaced_pauses import (
    keep_pauses,
    replace_pauses,
    restore_replaced_pauses,
)
from app.suppression.models import (
    MANUAL_PAUSE_SOURCE,
    PAUSE_SCOPE,
    ConsentAct,
    ConsentMethod,
    UnsubscribedContact,
)
from app.suppression.pause_models import ReplacedPause

IMPORT_SOURCE = "import"
IMPORTED_PAUSE_REASON = "From an imported list"
IMPORT_UNDO_EVIDENCE = "The import it came with was undone"


def record_import_opt_outs(people: Subquery, import_id: int, actor: str | None) -> int:
    """Put people on the do-not-text list, in three statements. Returns how many are new there.

    An opt-out takes the place of a pause.

    `people` has the columns phone, name and reason, each phone once. Inside the write() that
    confirms the import.
    """
    in_file = select(people.c.phone).where(people.c.phone.is_not(None))
    replace_pauses(in_file)
    phones = select(people.c.phone).where(
        ~exists().where(UnsubscribedContact.phone == people.c.phone)
    )
    withdraw_import_consent(phones, import_id, actor)
    created_at = literal(now(), UtcDateTime())
    rows = select(
        people.c.phone, people.c.name, people.c.reason, literal(IMPORT_SOURCE), created_at
    ).where(people.c.phone.is_not(None))
    statement = insert(UnsubscribedContact).from_select(
        ["phone", "name", "reason", "source", "created_at"], rows, include_defaults=False
    )
    return execute_and_count_rows(statement.on_conflict_do_nothing(["phone"]))


def turn_pauses_into_opt_outs(
    phones: Select[Any], moment: datetime, actor: str | None
) -> list[str]:
    """Let the pauses of these phones be opt-outs, as a list of opt-outs says; return the phones.

    The pauses are kept. `moment`: when the import was confirmed. Inside its write().
    """
    keep_pauses(phones)
    values = {"source": IMPORT_SOURCE, "ends_at": None, "created_at": moment}
    pauses = update(UnsubscribedContact).where(*_build_pause_conditions(phones)).values(values)
    returning = pauses.returning(UnsubscribedContact.phone)
    changed_phones = list(
        db.session.scalars(returning.execution_options(synchronize_session=False))
    )
    for phone in changed_phones:
        add_consent_event(phone, ConsentAct.WITHDRAWN, ConsentMethod.IMPORT, None, actor)
    return changed_phones


def take_back_turned_pauses(phones: Select[Any], moment: datetime, actor: str | None) -> int:
    """Let the pauses that an import turned into opt-outs at `moment` hold again; return how many.

    Inside the write() that undoes the import.
    """
    row = UnsubscribedContact
    turned = delete(row).where(
        row.phone.in_(phones),
        row.source == IMPORT_SOURCE,
        row.created_at == moment,
        exists().where(ReplacedPause.phone == row.phone),
    )
    returning = turned.returning(row.phone).execution_options(synchronize_session=False)
    changed_phones = list(db.session.scalars(returning))
    for phone in changed_phones:
        add_consent_event(
            phone, ConsentAct.RETURNED, ConsentMethod.ADMIN, IMPORT_UNDO_EVIDENCE, actor
        )
    return restore_replaced_pauses(changed_phones, now())


def turn_opt_outs_into_pauses(
    ends: Mapping[str, datetime], new_phones: Select[Any], moment: datetime, actor: str | None
) -> None:
    """Let new entries of a list be the pauses that it says they are; drop those that are over.

    `ends`: when each pause is over, by its number; `moment`: when the import was confirmed, inside
    its write(). Numbers that were on the list before keep their entry, and a pause its end.
    """
    row = UnsubscribedContact
    is_new = (row.source == IMPORT_SOURCE, row.phone.in_(new_phones))
    listed_phones = select(build_listed_column(ends))
    statement = select(row).where(*is_new, row.phone.in_(listed_phones))
    for entry in db.session.scalars(statement.execution_options(populate_existing=True)):
        if ends[entry.phone] <= moment:
            db.session.delete(entry)
            continue
        entry.source, entry.ends_at = MANUAL_PAUSE_SOURCE, ends[entry.phone]
        entry.reason = IMPORTED_PAUSE_REASON
        evidence = f"until {ends[entry.phone]:%Y-%m-%d}"
        act, method = ConsentAct.WITHDRAWN, ConsentMethod.IMPORT
        add_consent_event(entry.phone, act, method, evidence, actor, PAUSE_SCOPE)
    db.session.flush()


def delete_imported_pauses(phones: Select[Any], moment: datetime, actor: str | None) -> None:
    """Take the pauses off the list that an import brought at `moment`. Inside its undo."""
    row = UnsubscribedContact
    pauses = delete(row).where(
        row.phone.in_(phones), row.source == MANUAL_PAUSE_SOURCE, row.created_at == moment
    )
    returning = pauses.returning(row.phone).execution_options(synchronize_session=False)
    for phone in list(db.session.scalars(returning)):
        act, method = ConsentAct.RETURNED, ConsentMethod.ADMIN
        add_consent_event(phone, act, method, IMPORT_UNDO_EVIDENCE, actor, PAUSE_SCOPE)


def _build_pause_conditions(phones: Select[Any]) -> tuple[ColumnElement[bool], ...]:
    return UnsubscribedContact.ends_at.is_not(None), UnsubscribedContact.phone.in_(phones)
