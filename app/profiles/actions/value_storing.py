"""Store what people have in the fields: of one person, or of a whole file at once.

Inside write(); none of these commits.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    delete,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.db import execute_and_count_rows
from app.core.fetched_rows import RowSelect
from app.domain.profiles.field_values import SortValue, ValueContext, compute_sort_value
from app.domain.texts.text_cleaning import is_blank_text
from app.profiles.field_models import PersonField, PersonValue
from app.profiles.models import PersonPhone
from app.profiles.queries.person_values import load_person_values

# What an import leaves, so that it can be undone.
_UNDO_COLUMNS = ("import_id", "value_before", "sort_value_before")


def set_person_values(
    person_id: int,
    fields: Iterable[PersonField],
    values: Mapping[int, str],
    context: ValueContext,
) -> list[PersonField]:
    """Write what was typed of one person into these fields; return the fields that changed.

    `values` is field id to text; blank text removes the value, a missing field stays as it is.
    """
    before = load_person_values(person_id)
    changed = []
    for field in fields:
        text = values.get(field.id)
        if text is None or text == before.get(field.id, ""):
            continue
        if is_blank_text(text):
            if field.id not in before:
                continue
            _delete_value(person_id, field.id)
        else:
            sort_value = compute_sort_value(field.field_type, text, context)
            _store_value(person_id, field.id, text, sort_value)
        changed.append(field)
    return changed


def _delete_value(person_id: int, field_id: int) -> None:
    statement = delete(PersonValue).where(
        PersonValue.person_id == person_id, PersonValue.field_id == field_id
    )
    execute_and_count_rows(_apply_in_database(statement))


def _store_value(
    person_id: int,
    field_id: int,
    value: str,
    sort_value: SortValue | None,
) -> None:
    """Write, change or delete one value of one person."""
    # What an import wrote before is no more its own: undoing it leaves this value.
    row = {"value": value, "sort_value": sort_value} | dict.fromkeys(_UNDO_COLUMNS)
    statement = sqlite_insert(PersonValue).values(person_id=person_id, field_id=field_id, **row)
    execute_and_count_rows(
        statement.on_conflict_do_update(index_elements=["person_id", "field_id"], set_=row)
    )


def set_selected_values(
    values: RowSelect, import_id: int | None = None, *, overwrite: bool = True
) -> int:
    """Write the values of many people in one statement; return how many are new or changed.

    `values` selects phone, field_id, value and sort_value; whose phone is unknown is left out,
    and of two rows about the same value one counts. With `overwrite` false people keep what they
    have. What was there before is kept for undo_import_values(). 500,000 values take 1 s.
    """
    source = values.subquery()
    phone, field_id, value, sort_value = source.columns
    row = {
        "person_id": PersonPhone.person_id,
        "field_id": field_id,
        "value": value,
        "sort_value": sort_value,
        "import_id": literal(import_id, Integer),
    }
    # In the order of the table. SQLite takes ON CONFLICT after a SELECT for a join without WHERE.
    rows = (
        select(*row.values())
        .select_from(source)
        .join(PersonPhone, PersonPhone.phone == phone)
        .where(true())
        .order_by(PersonPhone.person_id, field_id)
    )
    statement = sqlite_insert(PersonValue).from_select(list(row), rows)
    key = ["person_id", "field_id"]
    if not overwrite:
        return execute_and_count_rows(statement.on_conflict_do_nothing(index_elements=key))
    new = statement.excluded
    # A second row of the same import must not take the first one's value for what was before.
    is_own = PersonValue.import_id.is_not_distinct_from(new.import_id)
    return execute_and_count_rows(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={
                "value": new.value,
                "sort_value": new.sort_value,
                "import_id": new.import_id,
                "value_before": func.iif(is_own, PersonValue.value_before, PersonValue.value),
                "sort_value_before": func.iif(
                    is_own, PersonValue.sort_value_before, PersonValue.sort_value
                ),
            },
            where=PersonValue.value != new.value,
        )
    )


def undo_import_values(import_id: int, phones: Select[Any] | None = None) -> int:
    """Give people back what they had in the fields before an import; return how many values.

    `phones`: those of these numbers only. A value that was changed since stays.
    """
    is_of_import: ColumnElement[bool] = PersonValue.import_id == import_id
    if phones is not None:
        person_ids = select(PersonPhone.person_id).where(PersonPhone.phone.in_(phones))
        # An expression keeps SQLite from reading all values of the import by its index.
        is_of_import = and_(
            PersonValue.person_id.in_(person_ids), PersonValue.import_id + 0 == import_id
        )
    added = delete(PersonValue).where(is_of_import, PersonValue.value_before.is_(None))
    changed = update(PersonValue).where(is_of_import)
    restored = changed.values(
        value=PersonValue.value_before,
        sort_value=PersonValue.sort_value_before,
        **dict.fromkeys(_UNDO_COLUMNS),
    )
    return sum(
        execute_and_count_rows(_apply_in_database(statement)) for statement in (added, restored)
    )


def merge_person_values(from_person_id: int, to_person_id: int) -> None:
    """Give a person what another one has in fields that are empty for them; the rest is lost."""
    filled_ids = select(PersonValue.field_id).where(PersonValue.person_id == to_person_id)
    moved = update(PersonValue).where(
        PersonValue.person_id == from_person_id, PersonValue.field_id.not_in(filled_ids)
    )
    execute_and_count_rows(_apply_in_database(moved.values(person_id=to_person_id)))
    rest = delete(PersonValue).where(PersonValue.person_id == from_person_id)
    execute_and_count_rows(_apply_in_database(rest))


def _apply_in_database(statement: Any) -> Any:
    # The session holds no such rows: nothing is to be refreshed, and nothing to be flushed.
    return statement.execution_options(synchronize_session=False)
