"""How many texts were ever handed to a carrier."""

from sqlalchemy import func, select

from app.core.db import db
from app.sending_limits.models import SendingTotal


def count_texts_by_carrier() -> dict[str, int]:
    """Return the number of texts by carrier, from the totals of each day."""
    statement = select(SendingTotal.carrier, func.sum(SendingTotal.texts))
    rows = db.session.execute(statement.group_by(SendingTotal.carrier))
    return {carrier: texts for carrier, texts in rows}
