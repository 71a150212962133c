"""Counting texts of a number that writes too often, instead of storing them. Inside write()."""

from datetime import datetime

from sqlalchemy.dialects.sqlite import insert

from app.core.db import db
from app.delivery.sql.recent_inbound import COUNT_RECENT_INBOUND
from app.delivery.unkept_text_models import UnkeptTexts
from app.domain.texts.flood_caps import DAY, HOUR, is_over_cap


def writes_too_often(phone: str, moment: datetime) -> bool:
    """Whether this number has reached the cap of an hour or a day at this moment."""
    counts = COUNT_RECENT_INBOUND.fetch_first_row(
        phone=phone, hour_ago=moment - HOUR, day_ago=moment - DAY
    )
    return counts is not None and is_over_cap(*counts)


def count_unkept_text(phone: str, moment: datetime) -> None:
    """Count a text of this number that is not stored."""
    new = insert(UnkeptTexts).values(
        phone=phone, day=moment.date(), text_count=1, first_at=moment, last_at=moment
    )
    statement = new.on_conflict_do_update(
        index_elements=["phone", "day"],
        set_={"text_count": UnkeptTexts.text_count + 1, "last_at": new.excluded.last_at},
    )
    db.session.execute(statement)
