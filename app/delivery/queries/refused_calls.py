"""The calls of the carrier that were refused, for pages and for /ready."""

from app.core.db import db
from app.delivery.catch_up_models import RefusedCalls


def find_refused_calls(carrier: str) -> RefusedCalls | None:
    """Return what was refused since the last call that was taken, None when nothing was."""
    return db.session.get(RefusedCalls, carrier)
