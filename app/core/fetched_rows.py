"""The rows of a SELECT as plain Python values."""

from collections.abc import Hashable
from typing import TypeVar, TypeVarTuple, cast

from sqlalchemy import Select

from app.core.db import db

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")
ColumnTs = TypeVarTuple("ColumnTs")


def fetch_dict(statement: Select[KeyT, ValueT]) -> dict[KeyT, ValueT]:
    """Run a SELECT of two columns; return the second column's value by the first's."""
    return dict(db.session.execute(statement).all())


def fetch_tuples(statement: Select[*ColumnTs]) -> list[tuple[*ColumnTs]]:
    """Run a SELECT; return its rows as tuples."""
    return cast(list[tuple[*ColumnTs]], [tuple(row) for row in db.session.execute(statement)])
