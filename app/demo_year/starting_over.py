"""Erases the demo, so that the database is as after the first start."""

from flask import current_app

from app.audit.chain_files import forget_chain_head
from app.core.db import db
from app.core.settings import current_settings
from app.migrations.demo_erasure import NotMadeUp as NotMadeUp
from app.migrations.demo_erasure import erase_demo_rows


def erase_demo() -> None:
    """Erase everything in the database of a demo. Inside write(). Raises NotMadeUp for others."""
    erase_demo_rows()
    db.session.expire_all()


def forget_cached_results() -> None:
    """Forget results of blasts that this process keeps by id, once the erasing is stored."""
    current_app.extensions.pop("dashboard_counted", None)
    # The audit begins anew, on purpose.
    forget_chain_head(current_settings().database_path)
