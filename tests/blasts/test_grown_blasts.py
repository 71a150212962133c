"""A scheduled blast whose list grew waits for a person; M09: "for 3 people" went to 53."""

from datetime import timedelta

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db
from app.delivery.alert_models import Alert
from app.delivery.models import MessageLog
from app.delivery.queries.progress import find_stall
from app.delivery.scheduled_models import ScheduledMessage
from tests.blasts.helpers import send_blast
from tests.sample_rows import add_members

IN_A_DAY = timedelta(days=1)


def later_blast(app, visit, people):
    with app.app_context():
        add_members(people)
    due = now() + IN_A_DAY
    return send_blast(
        visit,
        send_mode="later",
        schedule_date=f"{due:%Y-%m-%d}",
        schedule_time=f"{due:%H:%M}",
        timezone="UTC",
    )


def release_later(app, after=IN_A_DAY):
    with app.app_context():
        return release_due_blasts(now() + after)


def get_row(app, blast_id):
    with app.app_context():
        return db.session.get(ScheduledMessage, blast_id)


def test_the_page_shows_the_number_now_and_then(app, visit):
    blast_id = later_blast(app, visit, 3)
    with app.app_context():
        add_members(4, start=10)
    page = visit(f"/blasts/scheduled/{blast_id}", "sol")
    assert "7 people now, 3 when it was confirmed" in page.words


def test_a_list_that_grew_is_held_told_and_confirmed_anew(app, visit):
    blast_id = later_blast(app, visit, 3)
    with app.app_context():
        add_members(50, start=10)
    assert release_later(app) == 0
    assert release_later(app, timedelta(days=3)) == 0
    row = get_row(app, blast_id)
    assert (row.status, row.message_log_id) == ("pending", None)
    with app.app_context():
        (alert,) = db.session.scalars(db.select(Alert)).all()
        assert "confirmed for 3 people and would go to 53 now." in alert.words
    page = visit(f"/blasts/scheduled/{blast_id}", "sol")
    assert "The list grew: this blast was confirmed for 3 people" in page.words
    assert "Send to 53 people now" in page.words
    assert "The list grew" in visit("/blasts/scheduled", "sol").words
    page = visit(f"/blasts/scheduled/{blast_id}/confirm", "sol", follow=True, people_count="53")
    assert "Confirmed for 53 people. Sending now." in page.words
    with app.app_context():
        assert release_due_blasts(now()) == 1
        assert db.session.scalar(db.select(MessageLog.total_recipients)) == 53


def test_a_blast_that_waits_for_a_person_is_no_stall(app, visit):
    """However long they are away: /ready would have the server restarted again and again."""
    later_blast(app, visit, 3)
    with app.app_context():
        overdue = now() + IN_A_DAY + timedelta(hours=1)
        assert "has not started" in find_stall(overdue)
        add_members(50, start=10)
    release_later(app)
    with app.app_context():
        assert find_stall(overdue) == ""


def test_a_blast_that_is_not_held_keeps_its_time(app, visit):
    """Two admins confirm at once, or a page is old: tomorrow's blast is not sent now."""
    blast_id = later_blast(app, visit, 3)
    before = get_row(app, blast_id)
    page = visit(f"/blasts/scheduled/{blast_id}/confirm", "ada", follow=True, people_count="900")
    assert "nothing to confirm" in page.words
    row = get_row(app, blast_id)
    assert (row.scheduled_at, row.confirmed_count) == (before.scheduled_at, 3)


def test_it_is_held_once_more_when_it_grew_again_meanwhile(app, visit):
    blast_id = later_blast(app, visit, 3)
    with app.app_context():
        add_members(20, start=10)
    release_later(app)
    with app.app_context():
        add_members(20, start=40)
    visit(f"/blasts/scheduled/{blast_id}/confirm", "sol", people_count="23")
    assert release_later(app, timedelta(0)) == 0
    assert "confirmed for 23 people" in get_row(app, blast_id).held_reason


def test_a_held_blast_is_cancelled_as_any_other(app, visit):
    blast_id = later_blast(app, visit, 3)
    with app.app_context():
        add_members(20, start=10)
    release_later(app)
    page = visit(f"/blasts/scheduled/{blast_id}/cancel", "sol", follow=True, _="")
    assert "Canceled. No texts were sent." in page.words


def test_a_few_more_people_leave_with_the_others(app, visit):
    later_blast(app, visit, 3)
    with app.app_context():
        add_members(5, start=10)
    assert release_later(app) == 1
