"""While no one decides, a blast waits beyond its time, ends at its end, and is asked anew."""

from datetime import timedelta

from sqlalchemy import update

from app.blasts.actions.waiting_approvals_job import attend_waiting_approvals
from app.core.clock import now
from app.core.db import db, write
from app.delivery.alert_models import Alert
from app.delivery.scheduled_models import ScheduledMessage
from tests.approvals.helpers import (
    get_blast,
    get_decide_fields,
    list_requests,
    list_texts,
    release,
    send_above_limit,
)

IN_A_DAY = timedelta(days=1)


def send_later(app, visit):
    """Sol schedules a blast above the limit for tomorrow."""
    due = now() + IN_A_DAY
    return send_above_limit(
        app,
        visit,
        send_mode="later",
        schedule_date=f"{due:%Y-%m-%d}",
        schedule_time=f"{due:%H:%M}",
        timezone="UTC",
    )


def attend(app, after=timedelta(0)):
    """Run the job as if it were so much later."""
    with app.app_context():
        return attend_waiting_approvals(now() + after)


def list_alerts(app):
    """What was told, in order."""
    with app.app_context():
        return [alert.event for alert in db.session.scalars(db.select(Alert).order_by(Alert.id))]


def change(app, blast_id, **values):
    """Change the row, as no page does."""
    with app.app_context(), write() as session:
        meant = ScheduledMessage.id == blast_id
        session.execute(update(ScheduledMessage).where(meant).values(**values))


def test_its_time_is_told_once_and_it_is_sent_when_it_is_approved(app, visit):
    blast_id = send_later(app, visit)
    assert attend(app) == 0
    assert attend(app, 2 * IN_A_DAY) == 1
    assert attend(app, 2 * IN_A_DAY) == 0
    assert list_alerts(app) == ["approval.asked", "approval.overdue"]
    change(app, blast_id, scheduled_at=now() - 3 * IN_A_DAY)
    assert release(app) == 0
    page = visit(f"/blasts/scheduled/{blast_id}", "ada")
    assert "Its time has passed. It is sent as soon as it is approved." in page.words
    fields = get_decide_fields(page, "/approve")
    visit(f"/blasts/scheduled/{blast_id}/approve", "ada", **fields)
    # Sent, and not expired for being three days late.
    assert release(app) == 1


def test_after_its_end_it_expires(app, visit):
    blast_id = send_later(app, visit)
    change(app, blast_id, not_after=now() + 2 * IN_A_DAY)
    assert attend(app, 3 * IN_A_DAY) == 1
    blast = get_blast(app, blast_id)
    assert blast.status == "expired"
    assert "it was not approved before" in blast.error_message
    assert [request.state for request in list_requests(app)] == ["withdrawn"]


def test_a_canceled_blast_leaves_no_open_request(app, visit):
    blast_id = send_later(app, visit)
    visit(f"/blasts/scheduled/{blast_id}/cancel", "sol", x="1")
    assert attend(app) == 1
    assert [request.state for request in list_requests(app)] == ["withdrawn"]


def test_what_changed_while_it_waited_is_asked_anew_and_the_old_request_is_refused(app, visit):
    blast_id = send_later(app, visit)
    change(app, blast_id, message_body="Another text")
    answer = visit(f"/blasts/scheduled/{blast_id}/approve", "ada", request_id="1")
    assert "is not what would be sent" in visit(answer.location, "ada").words
    assert get_blast(app, blast_id).approval == "waiting"
    assert attend(app) == 1
    assert [request.state for request in list_requests(app)] == ["withdrawn", "asked"]
    assert list_texts(app)[-1].endswith("Another text\nReply STOP to opt out.")


def test_what_changed_after_the_approval_is_not_sent(app, visit):
    blast_id = send_later(app, visit)
    visit(f"/blasts/scheduled/{blast_id}/approve", "ada", request_id="1")
    change(app, blast_id, message_body="Another text")
    assert release(app, IN_A_DAY + timedelta(minutes=1)) == 0
    assert get_blast(app, blast_id).approval == "waiting"
    page = visit(f"/blasts/scheduled/{blast_id}", "ada")
    assert "It is not the text that was approved." in page.words


def test_home_tells_whoever_decides_and_then_its_sender(app, visit):
    blast_id = send_later(app, visit)
    assert "Waits for approval: Hi friend, the picnic" in visit("/", "ada").words
    # Sol cannot decide: it only stands among what is to come.
    assert "It is not sent before an admin approves it." not in visit("/", "sol").words
    assert "Waits for approval · Everybody in the community" in visit("/", "sol").words
    visit(f"/blasts/scheduled/{blast_id}/decline", "ada", request_id="1", reason="")
    assert "Declined: Hi friend, the picnic" in visit("/", "sol").words
    assert "Waits for approval" not in visit("/", "ada").words
