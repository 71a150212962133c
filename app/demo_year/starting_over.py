"""Erases the demo, so that the database is as after the first start."""

from flask import current_app

from app.core.db import db, write
from app.migrations.demo_erasure import erase_demo_rows


def erase_demo() -> None:
    """Erase everything in the database of a demo. Raises ValueError for any other."""
    with write():
        erase_demo_rows()
    db.session.expire_all()
    # Results of blasts are cached by id, and ids begin anew.
    current_app.extensions.pop("dashboard_counted", None)
