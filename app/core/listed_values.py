"""Values of Python as rows of a statement, however many there are."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, func


def build_listed_column(values: Iterable[Any]) -> ColumnElement[Any]:
    """Return a column with one row for each value; a select() of it is a list for in_().

    It is one bound JSON list: SQLite allows 32,766 bound values a statement.
    """
    return func.json_each(json.dumps(list(values))).table_valued("value").c.value


def build_listed_param(name: str) -> ColumnElement[Any]:
    """Return such a column for a PreparedStatement, which is given the JSON list by this name."""
    return func.json_each(bindparam(name, type_=String)).table_valued("value").c.value
