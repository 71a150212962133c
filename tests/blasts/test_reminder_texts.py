"""A reminder's texts are of the kind reminder, and everything treats them as those of a blast."""

import pytest

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_resend import resend_messages
from app.delivery.models import Message, MessageLog
from app.delivery.sql.sending_purpose import select_skip_reason
from app.inbox.actions.thread_updates import get_or_create_thread
from app.organisation.models import Organisation
from app.suppression.actions.consent_events import build_event_scope, grant_consent
from app.suppression.models import ConsentMethod
from tests.blasts.helpers import close_finished_blasts, list_messages, set_message_status
from tests.events.test_reminders import add_picnic, list_scheduled, register
from tests.sample_people import LEO, ZOE


@pytest.fixture
def reminded(app, visit, copied_steps):
    """Zoë and Leo, who registered for the picnic, have a reminder in the queue; its log's id."""
    return copied_steps.take(app, release_reminder, visit)


def release_reminder(app, visit):
    event_id = add_picnic(visit)
    register(app, event_id, ZOE, LEO)
    with app.app_context():
        assert release_due_blasts(list_scheduled(app)[0].scheduled_at) == 1
        return db.session.scalar(db.select(MessageLog.id))


def test_a_reminder_begins_so_a_yes_for_its_event_is_needed(app, reminded):
    with app.app_context():
        with write() as session:
            session.execute(db.update(Organisation).values(consent_required=True))
            log = session.get(MessageLog, reminded)
            scope = build_event_scope(log.event_id)
            grant_consent(ZOE, ConsentMethod.VERBAL, "at the door", "sol", scope)
        rows = db.session.execute(
            db.select(Message.phone, Message.kind, select_skip_reason()).select_from(Message)
        ).all()
        assert sorted(map(tuple, rows)) == [
            (ZOE, "reminder", None),
            (LEO, "reminder", "no_consent"),
        ]


def test_a_failed_reminder_may_be_sent_again_and_stays_one(app, reminded):
    set_message_status(app, ZOE, "failed", error_code=30001, price="-0.00750")
    set_message_status(app, LEO, "delivered")
    close_finished_blasts(app)
    ids = [row.id for row in list_messages(app)]
    with app.app_context(), write():
        assert resend_messages(reminded, ids, "+12025550100", now()).queued == 1
    row = next(row for row in list_messages(app) if row.phone == ZOE)
    # What the first attempt cost is not what the next one does.
    assert (row.kind, row.status, row.price) == ("reminder", "queued", None)


def test_the_inbox_names_it_by_its_blast_and_does_not_search_its_words(app, visit, reminded):
    set_message_status(app, ZOE, "delivered")
    with app.app_context(), write():
        thread_id = get_or_create_thread(ZOE, now())
    page = visit(f"/inbox/{thread_id}", "sol")
    assert "Reminder: Spring picnic" in page.words
    assert f"/logs/{reminded}" in page.text
    assert "SMS Admin · Delivered" not in page.words
    with app.app_context():
        assert db.session.scalar(db.text("SELECT count(*) FROM inbox_search")) == 0
