"""Records the SELECT statements that a page sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from app.core.db import db


@contextmanager
def record_selects(app: Flask) -> Iterator[list[str]]:
    """Yield a list that gets each SELECT that the app's database executes in the block."""
    statements: list[str] = []
    with app.app_context():
        engine = db.engine

    def record(_connection: object, _cursor: object, statement: str, *_args: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", record)
