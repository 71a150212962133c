"""Helpers of the delivery tests: start a blast, read its messages, wait for its end."""

from collections import Counter
from datetime import timedelta

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.core.clock import now
from app.core.db import db, write
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.engine.status_poller import StatusPoller
from app.delivery.engine_models import Attempt
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_messages import get_blast_tally
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import BlastTarget
from app.suppression.models import SuppressedContact, UnsubscribedContact
from tests.async_runner import run_coroutine
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_rows import add_member

NEVER_LEFT = {"queued", "skipped", "cancelled", "expired", "not_sent"}
FAST = {"send_rate": 2000.0, "undo_seconds": 0}


def twilio_settings(twilio, **more):
    """Return settings that send through the tests' Twilio."""
    return {
        "twilio_account_sid": twilio.account,
        "twilio_auth_token": twilio.auth_token,
        "twilio_from_number": "+13035550100",
        "twilio_api_url": twilio.url,
        **FAST,
        **more,
    }


def serve_through_twilio(database, twilio, **more):
    """A real gunicorn that sends through `twilio`; `more` is environment."""
    return GunicornServer(
        database,
        **{
            "TWILIO_ACCOUNT_SID": twilio.account,
            "TWILIO_AUTH_TOKEN": twilio.auth_token,
            "TWILIO_FROM_NUMBER": "+13035550100",
            "TWILIO_API_URL": twilio.url,
        }
        | more,
    )


def run_lookup_round(app, moment):
    """Run one round of look-ups as of `moment`; return how many questions were asked."""

    async def call_directly(work, *values):
        return work(*values)

    async def run_round():
        carrier = create_carrier(app)
        poller = StatusPoller(app, carrier, call_directly)
        try:
            return await poller.run_due_lookups(moment)
        finally:
            await poller.close()
            await carrier.close()

    return run_coroutine(run_round())


def start_blast(app, body="Hello {first_name|friend}", *, footer=None, in_seconds=None, token=None):
    """Confirm a blast to the community; returns the id of its schedule."""
    due = None if in_seconds is None else now() + timedelta(seconds=in_seconds)
    with app.app_context(), write():
        return confirm_blast(
            BlastDraft(body, footer, BlastTarget.COMMUNITY, None, "UTC", send_at=due),
            token,
            "ada",
            now(),
        )


def get_schedule(app, scheduled_id):
    """Return the scheduled blast as it is now."""
    with app.app_context():
        return db.session.get(ScheduledMessage, scheduled_id)


def get_log(app, scheduled_id):
    """Return the log of a blast as it is now, None before its release."""
    with app.app_context():
        return db.session.scalar(
            db.select(MessageLog)
            .join(ScheduledMessage, ScheduledMessage.message_log_id == MessageLog.id)
            .where(ScheduledMessage.id == scheduled_id)
        )


def list_messages(app, log_id=None):
    """Return the outbound messages, in id order."""
    with app.app_context():
        chosen = db.select(Message).where(Message.direction == "outbound").order_by(Message.id)
        return db.session.scalars(
            chosen.where(Message.message_log_id == log_id) if log_id else chosen
        ).all()


def count_statuses(app, log_id=None):
    """Count the outbound messages by status."""
    return Counter(row.status.value for row in list_messages(app, log_id))


def get_tally(app, log_id):
    """Return the counts of a blast."""
    with app.app_context():
        return get_blast_tally(log_id)


def list_attempts(app):
    """Return all attempts, in id order."""
    with app.app_context():
        return db.session.scalars(db.select(Attempt).order_by(Attempt.id)).all()


def wait_until_ended(app, scheduled_id, seconds=20):
    """Wait until the blast has ended, and return its log."""

    def look():
        log = get_log(app, scheduled_id)
        return log if log and log.status not in ("processing", "paused") else None

    return wait_until(look, "the blast to end", seconds)


def wait_until_paused(app, scheduled_id, seconds=20):
    """Wait until the blast is paused, and return its log."""

    def look():
        log = get_log(app, scheduled_id)
        return log if log and log.status == "paused" else None

    return wait_until(look, "the blast to be paused", seconds)


def add_phones(app, *phones):
    """Store community members with these numbers."""
    with app.app_context():
        for phone in phones:
            add_member(phone)


def list_suppressed(app):
    """Return the numbers that do not work, and those that said STOP."""
    with app.app_context():
        dead = db.session.scalars(db.select(SuppressedContact.phone)).all()
        return set(dead), set(db.session.scalars(db.select(UnsubscribedContact.phone)).all())


def assert_everybody_accounted_for(app, twilio=None, *, sent_again=()):
    """Assert the two invariants that hold after every scenario.

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
        counts_by_row = Counter(_text_of(app, twilio))
        assert {row for row, times in counts_by_row.items() if times > 1} <= set(sent_again), (
            "texted twice"
        )
        left = {row.id for row in list_messages(app) if row.status not in NEVER_LEFT}
        assert set(counts_by_row) <= left, "at the carrier, and here it never left"


def _text_of(app, twilio):
    """Yield the message id of every text that the carrier took, found by its ref.

    Raises KeyError for a ref that was never given.
    """
    # Requests first: an engine that still sends may give a ref after the attempts were read.
    requests = list(twilio.requests)
    message_id_by_ref = {attempt.ref: attempt.message_id for attempt in list_attempts(app)}
    for request in requests:
        row = message_id_by_ref[request.callback.rsplit("/", 1)[1]]
        if request.sid:
            yield row
