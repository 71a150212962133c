"""Numbers that a file has twice, under two names: which rows, and what they can be called."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.listed_values import build_listed_column
from app.domain.phones.household_names import join_household_names
from app.imports.models import READABLE_VERDICTS, Import, ImportRow, RowVerdict


def count_shared_numbers(row: Import) -> int:
    """Return how many later rows have the number of an earlier one, and another name."""
    if not row.repeated_count:
        return 0
    # One walk in the order of the numbers. No index of the table has the phone: a join compared
    # each row with each, 19 s for 4,000 numbers that come twice.
    is_repeated = ImportRow.verdict == RowVerdict.REPEATED
    order = (is_repeated, ImportRow.line)
    first_name = func.first_value(ImportRow.name).over(partition_by=ImportRow.phone, order_by=order)
    lacks_first = func.first_value(is_repeated).over(partition_by=ImportRow.phone, order_by=order)
    names = (
        select(
            ImportRow.name,
            is_repeated.label("is_repeated"),
            first_name.label("first_name"),
            lacks_first.label("lacks_first"),
        )
        .where(
            ImportRow.import_id == row.id,
            ImportRow.verdict.in_((*READABLE_VERDICTS, RowVerdict.REPEATED)),
        )
        .subquery()
    )
    is_other_name = names.c.name != names.c.first_name
    return count_rows(names, names.c.is_repeated, ~names.c.lacks_first, is_other_name)


def list_name_choices(import_id: int, rows: Sequence[ImportRow]) -> dict[int, list[str]]:
    """Return the names that each of these repeated rows' number can have, by the row's line.

    The present name first, then the row's own, then both. Rows of the same name are missing.
    """
    repeated = [row for row in rows if row.verdict is RowVerdict.REPEATED and row.phone]
    if not repeated:
        return {}
    names = _find_first_names(import_id, [row.phone or "" for row in repeated])
    choices = {}
    for row in repeated:
        first, second = names.get(row.phone or ""), row.name
        if not first or not second or first == second:
            continue
        choices[row.line] = [first, second]
        # Once both are named, there is nothing more to join.
        if second not in first:
            choices[row.line].append(join_household_names(first, second))
    return choices


def _find_first_names(import_id: int, phones: Sequence[str]) -> dict[str, str | None]:
    """Return the name under which each number is imported. The phones are one bound value."""
    phone_values = build_listed_column(phones)
    rows = db.session.execute(
        select(ImportRow.phone, ImportRow.name).where(
            ImportRow.import_id == import_id,
            ImportRow.verdict.in_(READABLE_VERDICTS),
            ImportRow.phone.in_(select(phone_values)),
        )
    )
    return {phone: name for phone, name in rows if phone}
