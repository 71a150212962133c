"""Blasts that wait: the countdown with its undo, the list, cancelling, what became of those
that never left.
"""

from datetime import timedelta

import pytest
import time_machine

from app.audit.models import AuditEvent
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control, blast_scheduling
from tests.blasts.helpers import (
    AT_NOON,
    COMPOSE_URL,
    LATER,
    create_event,
    list_messages,
    list_scheduled_blasts,
    release_blasts,
    send_blast,
)
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member


@pytest.fixture(autouse=True)
def zoe(app):
    with app.app_context():
        add_member(ZOE, "Zoë")


def verbs(app):
    with app.app_context():
        return db.session.scalars(db.select(AuditEvent.verb).order_by(AuditEvent.id)).all()


def at(scheduled_id, more=""):
    return f"/blasts/scheduled/{scheduled_id}{more}"


def test_a_blast_for_now_can_be_undone_while_it_counts_down(app, visit):
    with time_machine.travel(AT_NOON, tick=False) as clock:
        blast = send_blast(visit)
        clock.shift(timedelta(seconds=2))
        page = visit(at(blast), "ada")
    assert "Starts in 8 seconds" in page.words
    assert 'hx-trigger="every 1s"' in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    page = visit(at(blast, "/undo"), "sol", follow=True, _="")
    assert "Undone. No texts were sent." in page.words
    assert page.headings == ["New blast"]
    assert "the picnic is at eleven." in page.text
    assert "Saved today" in page.words  # as a draft
    release_blasts(app)
    assert list_messages(app) == []
    assert verbs(app)[-1] == "blast.undone"


def test_the_countdown_asks_for_itself(visit):
    with time_machine.travel(AT_NOON, tick=False) as clock:
        blast = send_blast(visit)
        clock.shift(timedelta(seconds=4))
        part = visit(at(blast, "/live"), "ada")
        assert "Starts in 6 seconds" in part.words
        assert "<html" not in part.text
        clock.shift(timedelta(seconds=9))
        assert "Starting…" in visit(at(blast, "/live"), "ada").words


def test_once_it_has_left_everybody_is_led_to_the_log(app, visit):
    blast = send_blast(visit)
    log = release_blasts(app)
    assert visit(at(blast), "ada").location == f"/blasts/logs/{log}"
    htmx = visit(at(blast), "ada", headers={"HX-Request": "true"})
    assert htmx.response.headers["HX-Redirect"] == f"/blasts/logs/{log}"
    htmx = visit(at(blast, "/live"), "ada", headers={"HX-Request": "true"})
    assert htmx.response.headers["HX-Redirect"] == at(blast)


def test_a_countdown_of_somebody_signed_out_stops_quietly(visit):
    blast = send_blast(visit)
    assert visit(at(blast, "/live")).status_code == 401


def test_undoing_too_late_says_so_on_the_log_and_leaves_no_trace(app, visit):
    blast = send_blast(visit)
    log = release_blasts(app)
    answer = visit(at(blast, "/undo"), "ada", follow=True, _="")
    assert answer.status_code == 200
    assert "Too late to undo: it has started. You can stop the rest here." in answer.words
    assert f"/blasts/logs/{log}/cancel" in answer.text
    assert "blast.undone" not in verbs(app)


def test_a_blast_for_later_shows_its_time_and_can_be_cancelled_by_both(app, visit):
    with time_machine.travel(AT_NOON, tick=False):
        blast = send_blast(visit, "ada", **LATER)
        page = visit(at(blast), "sol")
        assert "Starts in 2 days 14 hours" in page.words
        assert "Fri, May 8, 8:45 PM, America/Denver" in page.words
        page = visit(at(blast, "/cancel"), "sol", follow=True, _="")
    assert "Canceled. No texts were sent." in page.words
    assert [each.status for each in list_scheduled_blasts(app)] == ["cancelled"]
    assert verbs(app)[-1] == "blast.cancelled"


def test_cancelling_twice_says_that_there_was_nothing_to_cancel(visit):
    blast = send_blast(visit)
    visit.post(at(blast, "/cancel"), "ada")
    page = visit(at(blast, "/cancel"), "ada", follow=True, _="")
    assert "It is no longer scheduled" in page.words


def test_one_that_was_too_late_can_be_sent_anyway_after_a_new_look(app, visit):
    with time_machine.travel(AT_NOON, tick=False) as clock:
        blast = send_blast(visit, message_body="Picnic!", **{key: LATER[key] for key in LATER})
        clock.shift(timedelta(days=4))
        with app.app_context():
            release_due_blasts(now())
        # Ada, who was away for four days, has been signed out; Sol signs in now.
        page = visit(at(blast), "sol")
        assert "Nothing was sent: sending was off when it was due" in page.words
        assert f'href="{COMPOSE_URL}?again={blast}">Send now anyway' in page.text
        assert "Picnic!</textarea>" in visit(f"{COMPOSE_URL}?again={blast}", "sol").text


def test_one_whose_event_was_deleted_says_so(app, visit):
    picnic = create_event(app, "Spring picnic", LEO)
    blast = send_blast(visit, target="event", event_id=str(picnic))
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM events"))
    release_blasts(app)
    page = visit(at(blast), "ada")
    assert "The event of this blast was deleted, so no texts were sent." in page.words
    assert "An event that was deleted" in page.words


def test_practice_that_never_left_says_why(app, visit):
    blast = send_blast(visit)
    with app.app_context(), write():
        blast_control.end_blasts_of_other_carriers("twilio", now())
    assert (
        "Canceled. No texts were sent. It was made in practice mode."
        in visit(at(blast), "ada").words
    )


def test_the_list_has_what_waits_first_and_offers_what_each_may(app, visit):
    with time_machine.travel(AT_NOON, tick=False):
        old = send_blast(visit, message_body="An old one")
        visit.post(at(old, "/cancel"), "ada")
        send_blast(visit, message_body="A later one", **LATER)
        page = visit("/blasts/scheduled", "ada")
        assert page.words.index("A later one") < page.words.index("An old one")
        assert at(old, "/delete") in page.text
        page = visit("/blasts/scheduled", "sol")
    assert at(old, "/delete") not in page.text
    assert "Cancel" in page.words


def test_only_an_admin_takes_ended_ones_off_the_list(app, visit):
    blast = send_blast(visit)
    assert visit.post(at(blast, "/delete"), "sol").status_code == 403
    assert (
        "This blast is still scheduled. Cancel it first."
        in visit(at(blast, "/delete"), "ada", follow=True, _="").words
    )
    with app.app_context(), write():
        blast_scheduling.cancel_scheduled_blast(blast)
    assert "Removed from the list." in visit(at(blast, "/delete"), "ada", follow=True, _="").words
    assert list_scheduled_blasts(app) == []


def test_an_empty_list_says_what_it_is_for(visit):
    page = visit("/blasts/scheduled", "sol")
    assert "Scheduled blasts appear here." in page.words


def test_what_is_not_there_is_not_found(visit):
    for more in ["", "/live"]:
        assert visit(at(99, more), "ada").status_code == 404, more
        assert visit.post(at(99, "/cancel"), "ada").status_code == 404, more


def test_each_blast_is_in_exactly_one_list(app, visit):
    send_blast(visit, "ada")
    release_blasts(app)
    with app.app_context(), write():
        blast_control.pause_blast(1)
    assert "Paused" in visit("/blasts/logs?state=sending", "ada").words
    scheduled = visit("/blasts/scheduled", "ada")
    assert "Sending 1" in scheduled.words
    assert "Paused" not in scheduled.words
    assert "Every blast you send appears here" in visit("/blasts/logs", "ada").words
