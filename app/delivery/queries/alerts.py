"""What an admin should know, for whoever tells it on: the rows of `alerts` after one."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from app.core.db import db
from app.delivery.alert_models import Alert


def select_newest_alert_id() -> ColumnElement[int]:
    """Return the id of the newest alert, for any select; null before the first."""
    return select(func.max(Alert.id)).scalar_subquery()


def list_alerts_after(alert_id: int, limit: int) -> Sequence[Alert]:
    """Return the newest alerts that were stored after one, the oldest of them first."""
    statement = select(Alert).where(Alert.id > alert_id).order_by(Alert.id.desc()).limit(limit)
    return db.session.scalars(statement).all()[::-1]
