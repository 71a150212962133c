"""What the tests of delivery do again and again: confirm a blast, read its rows, wait for its
end.
"""

from collections import Counter
from datetime import timedelta

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Attempt, Message, MessageLog, ScheduledMessage
from app.delivery.queries.blast_messages import get_blast_tally
from app.domain.delivery.message_statuses import BlastTarget
from app.suppression.models import SuppressedContact, UnsubscribedContact
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_member

NEVER_LEFT = {"queued", "skipped", "cancelled", "expired", "not_sent"}
FAST = {"send_rate": 2000.0, "undo_seconds": 0}


def twilio_settings(twilio, **more):
    """Settings that send through a pretend Twilio behind a socket."""
    return {
        "twilio_account_sid": twilio.account,
        "twilio_auth_token": twilio.auth_token,
        "twilio_from_number": "+13035550100",
        "twilio_api_url": twilio.url,
        **FAST,
        **more,
    }


def blast(app, body="Hello {first_name|friend}", *, footer=None, in_seconds=None, token=None):
    """Confirm a blast to the community; returns the id of its schedule."""
    due = None if in_seconds is None else now() + timedelta(seconds=in_seconds)
    with app.app_context(), write():
        return confirm_blast(
            BlastDraft(body, footer, BlastTarget.COMMUNITY, None, "UTC", send_at=due),
            token,
            "ada",
            now(),
        )


def schedule(app, scheduled_id):
    """The scheduled blast as it is now."""
    with app.app_context():
        return db.session.get(ScheduledMessage, scheduled_id)


def log_of(app, scheduled_id):
    """The log of a blast as it is now, None before its release."""
    with app.app_context():
        return db.session.scalar(
            db.select(MessageLog)
            .join(ScheduledMessage, ScheduledMessage.message_log_id == MessageLog.id)
            .where(ScheduledMessage.id == scheduled_id)
        )


def rows(app, log_id=None):
    """The texts out, in id order."""
    with app.app_context():
        chosen = db.select(Message).where(Message.direction == "outbound").order_by(Message.id)
        return db.session.scalars(
            chosen.where(Message.message_log_id == log_id) if log_id else chosen
        ).all()


def statuses(app, log_id=None):
    """How many texts are in which state."""
    return Counter(row.status.value for row in rows(app, log_id))


def tally(app, log_id):
    """The blast in numbers."""
    with app.app_context():
        return get_blast_tally(log_id)


def attempts(app):
    """Every arming, in order."""
    with app.app_context():
        return db.session.scalars(db.select(Attempt).order_by(Attempt.id)).all()


def ended(app, scheduled_id, seconds=20):
    """Wait until the blast's log has ended, and give the log."""

    def look():
        log = log_of(app, scheduled_id)
        return log if log and log.status not in ("processing", "paused") else None

    return wait_until(look, "the blast to end", seconds)


def paused(app, scheduled_id, seconds=20):
    """Wait until the blast is paused, and give its log."""

    def look():
        log = log_of(app, scheduled_id)
        return log if log and log.status == "paused" else None

    return wait_until(look, "the blast to be paused", seconds)


def people(app, *phones):
    """Community members with these numbers."""
    with app.app_context():
        for phone in phones:
            add_member(phone)


def suppressed(app):
    """(numbers that do not work, numbers that said STOP)."""
    with app.app_context():
        dead = db.session.scalars(db.select(SuppressedContact.phone)).all()
        return set(dead), set(db.session.scalars(db.select(UnsubscribedContact.phone)).all())


def everybody_is_accounted_for(app, twilio=None, *, sent_again=()):
    """The two invariants, after every scenario.

    I1: no text of ours is twice at the carrier, but for the ids that a person has `sent_again`.
    I2: the states add up to the audience, and every text that the carrier took is known here as
    one that left.
    """
    with app.app_context():
        for log in db.session.scalars(db.select(MessageLog)):
            counted = get_blast_tally(log.id)
            assert counted.total == log.total_recipients
            assert (log.success_count, log.failure_count) == (
                counted.success_count,
                counted.failure_count,
            )
    if twilio:
        taken = Counter(_text_of(app, twilio))
        assert {row for row, times in taken.items() if times > 1} <= set(sent_again), "texted twice"
        left = {row.id for row in rows(app) if row.status not in NEVER_LEFT}
        assert set(taken) <= left, "at the carrier, and here it never left"


def _text_of(app, twilio):
    """The row of every text the carrier took, found by its ref; KeyError when we never gave
    that ref.
    """
    mine = {each.ref: each.message_id for each in attempts(app)}
    for each in twilio.requests:
        row = mine[each.callback.rsplit("/", 1)[1]]
        if each.sid:
            yield row
