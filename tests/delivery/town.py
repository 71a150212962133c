"""What the tests of delivery do again and again: confirm a blast, read its rows, wait for its end."""

from collections import Counter
from datetime import timedelta

from app.blasts.actions.confirm import Draft, confirm
from app.delivery.models import Attempt, Message, MessageLog, ScheduledMessage
from app.delivery.queries import tally_of
from app.domain.blast_states import Target
from app.kit.clock import now
from app.kit.db import db, write
from tests.served import until

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
        return confirm(Draft(body, footer, Target.COMMUNITY, None, "UTC", due=due), token, "ada", now())


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
        return db.session.scalars(chosen.where(Message.message_log_id == log_id) if log_id else chosen).all()


def statuses(app, log_id=None):
    """How many texts are in which state."""
    return Counter(row.status.value for row in rows(app, log_id))


def tally(app, log_id):
    """The blast in numbers."""
    with app.app_context():
        return tally_of(log_id)


def attempts(app):
    """Every arming, in order."""
    with app.app_context():
        return db.session.scalars(db.select(Attempt).order_by(Attempt.id)).all()


def ended(app, scheduled_id, seconds=20):
    """Wait until the blast's log has ended, and give the log."""

    def look():
        log = log_of(app, scheduled_id)
        return log if log and log.status not in ("processing", "paused") else None

    return until(look, "the blast to end", seconds)


def paused(app, scheduled_id, seconds=20):
    """Wait until the blast is paused, and give its log."""

    def look():
        log = log_of(app, scheduled_id)
        return log if log and log.status == "paused" else None

    return until(look, "the blast to be paused", seconds)


def everybody_is_accounted_for(app, twilio=None):
    """The two invariants: nobody twice in a blast at the carrier; everybody in a state that adds up."""
    with app.app_context():
        for log in db.session.scalars(db.select(MessageLog)):
            counted = tally_of(log.id)
            assert counted.total == log.total_recipients
            assert (log.success_count, log.failure_count) == (counted.success_count, counted.failure_count)
    if twilio:
        seen = Counter((each.to, each.body) for each in twilio.requests if each.sid)
        assert not [key for key, times in seen.items() if times > 1], "texted twice"
        refs = {row.ref for row in attempts(app)}
        assert {each.callback.rsplit("/", 1)[1] for each in twilio.requests} <= refs
