"""Statements over many rows at once, of which the session holds none as objects."""

from sqlalchemy import UpdateBase

from app.core.db import execute_and_count_rows


def execute_bulk(statement: UpdateBase) -> int:
    """Execute a statement and return how many rows it changed.

    Objects of the session are not refreshed.
    """
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))
