"""Whether nothing may leave before a person has looked."""

from sqlalchemy import select

from app.core.db import db
from app.delivery.installation_models import Installation
from app.domain.delivery.installation_rules import HoldReason

# For a statement that reads something else too.
HOLD_COLUMN = select(Installation.hold_reason).where(Installation.id == 1).scalar_subquery()


def find_sending_hold() -> HoldReason | None:
    """Return why nothing leaves before a person has looked; None when texts leave."""
    reason = db.session.scalar(select(HOLD_COLUMN))
    return HoldReason(reason) if reason else None
