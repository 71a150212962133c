"""Deleting an event: what goes with it is said first, and nothing of it is sent afterwards."""

from datetime import timedelta

import pytest

from app.blasts.actions import due_blasts
from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import BlastTarget
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member


@pytest.fixture
def schedule_blast_to(app):
    """Confirm a blast to an event, due in so many hours (None: now); gives the id of its
    schedule.
    """

    def make(event_id, hours=2.0, body="See you there"):
        due = None if hours is None else now() + timedelta(hours=hours)
        with app.app_context(), write():
            return confirm_blast(
                BlastDraft(body, None, BlastTarget.EVENT, event_id, "UTC", due),
                None,
                "sol",
                now(),
            )

    return make


@pytest.fixture
def read_schedule(app):
    """The scheduled blast as it is now: (status, error_message, event_id)."""

    def read(scheduled_id):
        with app.app_context():
            row = db.session.get(ScheduledMessage, scheduled_id)
            return row.status.value, row.error_message, row.event_id

    return read


def release_all(app):
    """Everything that is due within a minute leaves; gives how many blasts that were."""
    with app.app_context():
        return due_blasts.release_due_blasts(now() + timedelta(minutes=1))


def list_texts(app):
    """Everybody for whom there is a text."""
    with app.app_context():
        return sorted(db.session.scalars(db.select(Message.phone)))


def test_the_page_says_what_goes_with_it(app, visit, make_event, schedule_blast_to):
    id = make_event("Picnic", ZOE, LEO)
    words = visit(f"/events/{id}/edit", "ada").words
    assert "Deletes the event and its 2 registrations. Sent blasts are kept." in words
    schedule_blast_to(id)
    words = visit(f"/events/{id}/edit", "ada").words
    assert "1 scheduled blast to it is canceled. Sent blasts are kept" in words
    assert "being sent now" not in words
    schedule_blast_to(id, None)
    release_all(app)
    words = visit(f"/events/{id}/edit", "ada").words
    assert "A blast to it is being sent now. Deleting the event does not stop that." in words


def test_an_admin_deletes_from_the_menu_of_the_page(visit, make_event, schedule_blast_to):
    id = make_event("Picnic", ZOE, LEO)
    schedule_blast_to(id)
    page = visit(f"/events/{id}", "ada")
    assert "Delete Picnic with its registrations (2) and scheduled blasts (1)?" in page.text
    assert f'action="/events/{id}/delete"' in page.text
    assert "Delete event" not in visit(f"/events/{id}", "sol").words


def test_deleting_cancels_what_waits_in_the_same_act(
    app, visit, make_event, schedule_blast_to, read_schedule, read_last_audit_event
):
    id, other = make_event("Picnic", ZOE, LEO), make_event("Clinic", MIA)
    waiting, undoable, others = (
        schedule_blast_to(id),
        schedule_blast_to(id, None),
        schedule_blast_to(other),
    )
    page = visit(f"/events/{id}/delete", "ada", _="", follow=True)
    assert (
        "Picnic was deleted, with 2 registrations. 2 scheduled blasts were canceled." in page.words
    )
    assert visit(f"/events/{id}", "ada").status_code == 404
    why = "for the event “Picnic”, which was deleted"
    assert read_schedule(waiting) == read_schedule(undoable) == ("cancelled", why, None)
    assert read_schedule(others) == ("pending", None, other)
    assert read_last_audit_event() == (
        "event.deleted",
        "ada",
        f"event {id}",
        {"title": "Picnic", "registrations": 2, "cancelled": 2},
    )
    assert (
        f"No texts were sent. It was {why}." in visit(f"/blasts/scheduled/{waiting}", "sol").words
    )
    assert release_all(app) == 0
    assert list_texts(app) == []
    assert visit.post(f"/events/{id}/delete", "ada").status_code == 404


def test_logs_keep_the_title_of_a_deleted_event(app, visit, make_event, schedule_blast_to):
    id = make_event("Picnic", ZOE)
    schedule_blast_to(id, None)
    release_all(app)
    page = visit(f"/events/{id}", "sol")
    assert "See you there" in page.words
    assert "0 of 1" in page.words
    visit.post(f"/events/{id}/delete", "ada")
    with app.app_context():
        log = db.session.scalar(db.select(MessageLog))
        assert (log.event_id, log.event_title) == (None, "Picnic")
    assert list_texts(app) == [ZOE]
    assert "Event: Picnic" in visit("/blasts/logs?state=sending", "sol").words


def test_a_row_for_an_event_without_one_is_never_sent_and_never_to_the_community(
    app, make_event, schedule_blast_to, read_schedule
):
    """Also when the event went another way, by hand in the database."""
    id = make_event("Picnic", ZOE)
    waiting = schedule_blast_to(id, None)
    with app.app_context():
        add_member(MIA, "Mia")
        with write() as session:
            session.execute(db.text("DELETE FROM events"))
    assert read_schedule(waiting) == ("pending", None, None)
    release_all(app)
    assert read_schedule(waiting)[0] == "failed"
    assert list_texts(app) == []


def test_only_admins_delete(visit, make_event, read_event):
    id = make_event("Picnic", ZOE)
    assert visit.post(f"/events/{id}/delete", "sol").status_code == 403
    assert "Delete" not in visit(f"/events/{id}/edit", "sol").words
    assert read_event(id).title == "Picnic"


def test_the_event_page_shows_what_waits_and_what_could_not_leave(
    app, visit, make_event, schedule_blast_to
):
    id = make_event("Picnic", ZOE)
    other = make_event("Clinic", LEO)
    schedule_blast_to(id, 3, "Later one")
    schedule_blast_to(id, 1, "Sooner one")
    schedule_blast_to(other, 1, "Of the clinic")
    cancelled, expired = (
        schedule_blast_to(id, 2, "Cancelled one"),
        schedule_blast_to(id, 2, "Expired one"),
    )
    with app.app_context(), write() as session:
        session.get(ScheduledMessage, cancelled).status = "cancelled"
        row = session.get(ScheduledMessage, expired)
        row.status, row.error_message = "expired", "It was too late."
    words = visit(f"/events/{id}", "sol").words
    places = [
        words.find(each) for each in ("Sooner one", "Later one", "Expired one", "It was too late.")
    ]
    assert places == sorted(places)
    assert places[0] > 0
    assert "Cancelled one" not in words
    assert "Of the clinic" not in words
