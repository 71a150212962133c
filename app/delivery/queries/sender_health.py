"""What slows a sender down or holds it back."""

from app.core.db import db
from app.delivery.engine_models import SenderHealth


def get_sender_health(sender: str, carrier: str) -> SenderHealth | None:
    """Return what slows a sender down or holds it back; None when nothing ever did."""
    return db.session.get(SenderHealth, (sender, carrier), populate_existing=True)
