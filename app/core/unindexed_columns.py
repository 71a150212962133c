"""Columns that SQLite compares without an index, where it cannot know which way is cheaper."""

from typing import Any

from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op


def disable_index(column: Any) -> Any:
    """Return the column with a unary plus, which keeps SQLite from using its indexes.

    See https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_.
    """
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
