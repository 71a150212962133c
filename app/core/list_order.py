"""The order of a list by the heading that was pressed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from app.core.pagination import ListParams


def build_list_order(
    columns: Mapping[str, Any], params: ListParams, then_by: Any
) -> list[ColumnElement[Any]]:
    """Return the order of a list; `columns`: by the sorts that its address may name.

    `then_by`: the column that orders rows with the same value, always upwards.
    """
    column = columns[params.sort]
    return [column.desc() if params.descending else column.asc(), then_by.asc()]
