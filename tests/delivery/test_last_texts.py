"""The table of when each number was texted last says what the texts say, whatever befalls them."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from app.core.db import db, write
from app.delivery.last_text_models import LastText
from app.delivery.models import Message

NOW = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
PHONES = ("+13035550001", "+13035550002", "#0000000000000000001")
KINDS = ("blast", "reply", "reminder", "keyword", "test")
COUNTED = ("queued", "submitting", "unknown", "accepted", "sent", "no_receipt", "delivered")
STATUSES = (*COUNTED, "failed", "undelivered", "opted_out", "not_sent", "skipped", "cancelled")


def change_texts(rng, moment):
    """Make a text, or change or delete one."""
    with write() as session:
        if rng.random() < 0.3:
            row = {"phone": rng.choice(PHONES), "kind": rng.choice(KINDS), "body": "Hi"}
            row |= {"status": rng.choice(STATUSES), "created_at": moment}
            session.execute(insert(Message), [row])
            return
        # Of the newest three: of a number that has more, the table may forget who left late.
        newest = session.scalars(select(Message.id).order_by(Message.id.desc()).limit(3)).all()
        if not newest:
            return
        is_meant = Message.id == rng.choice(newest)
        later = moment + timedelta(hours=rng.randrange(-20, 30))
        change = rng.choice(
            [
                {"status": rng.choice(STATUSES)},
                {"status": "submitting", "submitted_at": moment},
                {"held_until": later, "held_why": "quiet_hours"},
                {"held_until": None, "held_why": None},
                {"phone": rng.choice(PHONES)},
                None,
            ]
        )
        if change is None:
            session.execute(delete(Message).where(is_meant))
        else:
            session.execute(update(Message).where(is_meant).values(**change))


def read_last_texts():
    """Return when each number was texted last, as its texts say."""
    moments = {}
    for text in db.session.scalars(select(Message)):
        if text.phone[0] == "+" and text.kind in KINDS[:3] and text.status in COUNTED:
            moment = text.held_until or text.submitted_at or text.created_at
            moments[text.phone] = max(moment, moments.get(text.phone, moment))
    return moments


def test_the_table_says_what_the_texts_say(app):
    rng = random.Random(12)
    with app.app_context():
        for step in range(300):
            change_texts(rng, NOW + timedelta(minutes=20 * step))
            stored = {row.phone: row.texted_at for row in db.session.scalars(select(LastText))}
            assert stored == read_last_texts(), step
            db.session.rollback()
