"""People who wait for texting hours: on the blast's page, and an admin who does not wait."""

import json
from datetime import UTC, datetime

import pytest
import time_machine

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from tests.blasts.helpers import (
    list_messages,
    list_scheduled_blasts,
    open_review,
    press_button,
    release_blasts,
    send_blast,
)
from tests.sample_rows import add_member

DENVER, NEW_YORK = "+13035550142", "+12125550143"
# 11 PM in Denver, 1 AM in New York, where it is open again at 6 AM of Denver's clocks.
NIGHT = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def night(app):
    """Two people and hours from 8 AM to 9 PM; it is night."""
    with app.app_context():
        add_member(DENVER, "Zoë")
        add_member(NEW_YORK, "Leo")
        with write():
            create_default_hours().mode = TextingHoursMode.ON
    with time_machine.travel(NIGHT, tick=False):
        yield


def last_audit(app):
    with app.app_context():
        event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        return event.verb, json.loads(event.details)


def test_the_blast_page_says_who_waits_until_when_and_an_admin_may_send_now(app, visit):
    send_blast(visit, "sol", message_body="Hi {name}, the picnic is at eleven.")
    log = release_blasts(app)
    url = f"/blasts/logs/{log}"
    page = visit(url, "ada")
    waits = "1 person waits until tomorrow, 6:00 AM. 1 person waits until tomorrow, 8:00 AM."
    for address in (url, "/", f"{url}/any-hour"):
        assert f"{waits} It is outside texting hours" in visit(address, "ada").words
    assert "Waiting for texting hours: 0 of 2" in page.words
    assert "Waiting for texting hours 2" in page.words
    assert "Send to 2 people now" in page.words
    assert "Send to 2 people now" not in visit(url, "sol").words
    assert "tomorrow, 6:00 AM" in visit(f"{url}/live", "sol").words
    people = visit(f"{url}?state=held", "sol")
    assert "It is outside texting hours where they may be." in people.words
    assert "Waits until" in people.words
    assert "Zoë" in people.words
    assert "Waits until" in visit(f"/people/{DENVER[1:]}", "sol").words
    numbers = visit(f"{url}/status", "sol").json
    assert (numbers["queued"], numbers["held"], numbers["total_recipients"]) == (2, 2, 2)

    assert visit.post(f"{url}/any-hour", "sol", reason="Now").status_code == 403
    empty = visit.post(f"{url}/any-hour", "ada", reason=" ")
    assert empty.status_code == 422
    assert "Say why these texts can't wait." in empty.words
    visit.post(f"{url}/any-hour", "ada", reason="The hall is flooded")
    assert last_audit(app) == (
        "blast.sent_at_any_hour",
        {"people": 2, "reason": "The hall is flooded"},
    )
    page = visit(url, "ada")
    assert "Sent at any hour: The hall is flooded" in page.words
    assert "waits until" not in page.words
    assert {row.held_until for row in list_messages(app)} == {None}
    assert "No one waits" in visit(f"{url}/any-hour", "ada", follow=True).words


def test_a_scheduled_blast_is_set_to_any_hour_before_it_is_released(app, visit):
    send_blast(visit, "sol", message_body="The hall is flooded. Stay home.")
    [blast] = list_scheduled_blasts(app)
    url = f"/blasts/scheduled/{blast.id}"
    assert "People outside them wait." in visit(url, "sol").words
    assert "Send at any hour" in visit(url, "ada").words
    assert "also outside texting hours" in visit(f"{url}/any-hour", "ada").words
    visit.post(f"{url}/any-hour", "ada", reason="Flood")
    assert last_audit(app) == ("blast.set_to_any_hour", {"reason": "Flood"})
    assert "Sent at any hour: Flood" in visit(url, "sol").words
    log = release_blasts(app)
    assert "Sent at any hour: Flood" in visit(f"/blasts/logs/{log}", "sol").words
    assert {row.held_until for row in list_messages(app)} == {None}


def test_an_admin_says_at_review_why_it_cannot_wait(app, visit):
    reason = {"any_hour_reason": "The hall is flooded"}
    page = open_review(visit, "sol", message_body="Stay home.")
    assert "Send at any hour" not in page.words
    refused = press_button(visit, page, "sol", confirm="1", **reason)
    assert refused.status_code == 422
    assert list_scheduled_blasts(app) == []

    page = open_review(visit, "ada", message_body="Stay home.")
    assert "Send at any hour" in page.words
    long = press_button(visit, page, "ada", confirm="1", any_hour_reason="x" * 201)
    assert "Use 200 characters or fewer." in long.words
    assert press_button(visit, page, "ada", confirm="1", **reason).status_code == 303
    verb, details = last_audit(app)
    assert verb == "blast.confirmed"
    assert details["any_hour_reason"] == "The hall is flooded"
    release_blasts(app)
    assert {row.held_until for row in list_messages(app)} == {None}
