"""Store languages, birthdays and further numbers of many people at once. Inside write()."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, literal, select, true, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import execute_and_count_rows
from app.core.fetched_rows import RowSelect
from app.core.listed_values import build_listed_column
from app.profiles.models import LanguageSource, Person, PersonPhone, PhoneKind
from app.profiles.queries.person_details import PersonDetail


def set_selected_details(detail: PersonDetail, values: RowSelect) -> int:
    """Give the people of numbers their language or birthday, in one statement; return how many.

    `values` selects phone and value; whose phone is unknown is left out.
    """
    source = values.subquery()
    phone, value = source.columns
    statement = update(Person).where(Person.id == PersonPhone.person_id, PersonPhone.phone == phone)
    columns: dict[str, Any] = {detail.value: value}
    if detail is PersonDetail.LANGUAGE:
        columns |= _build_source_columns(LanguageSource.IMPORT, now())
    return _execute(statement.values(columns))


def restore_details(detail: PersonDetail, values: RowSelect) -> int:
    """Give people back the language or birthday of before; return how many.

    `values` selects phone, the value that was written, and the one before it. One that was changed
    since stays.
    """
    source = values.subquery()
    phone, written, before = source.columns
    statement = update(Person).where(
        Person.id == PersonPhone.person_id,
        PersonPhone.phone == phone,
        getattr(Person, detail) == written,
    )
    columns: dict[str, Any] = {detail.value: before}
    if detail is PersonDetail.LANGUAGE:
        # How the one of before was learnt is not kept.
        columns |= _build_source_columns(None, None)
    return _execute(statement.values(columns))


def _build_source_columns(source: LanguageSource | None, moment: datetime | None) -> dict[str, Any]:
    return {
        "language_source": source,
        "language_source_name": None,
        "language_set_at": moment,
    }


def add_selected_phones(phones: RowSelect, landlines: Sequence[str], since: datetime) -> int:
    """Give people further numbers, which are texted only where the first one fails.

    `phones` selects the number of a person and the further one. A number that is known already
    stays with whom it has. `since` marks those that are added, for remove_added_phones().
    """
    source = phones.subquery()
    own_phone, phone = source.columns
    owner, other = aliased(PersonPhone), aliased(PersonPhone)
    rank = select(func.max(other.rank) + 1).where(other.person_id == owner.person_id)
    is_landline = phone.in_(select(build_listed_column(landlines)))
    row = {
        "phone": phone,
        "person_id": owner.person_id,
        "rank": rank.scalar_subquery(),
        "kind": case((is_landline, PhoneKind.LANDLINE.value), else_=PhoneKind.MOBILE.value),
        "since": literal(since, UtcDateTime()),
    }
    rows = select(*row.values()).select_from(source).join(owner, owner.phone == own_phone)
    # SQLite takes ON CONFLICT after a SELECT for a join without WHERE.
    statement = sqlite_insert(PersonPhone).from_select(list(row), rows.where(true()))
    return execute_and_count_rows(statement.on_conflict_do_nothing(index_elements=["phone"]))


def remove_added_phones(phones: RowSelect, since: datetime) -> int:
    """Take away the numbers that add_selected_phones() gave people at this moment."""
    statement = delete(PersonPhone).where(
        PersonPhone.phone.in_(phones), PersonPhone.since == since, PersonPhone.rank > 1
    )
    return _execute(statement)


def _execute(statement: Any) -> int:
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))
