"""A scheduled blast is edited and moved in place: it waits on until its changes are confirmed."""

import json

import pytest
import time_machine

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.delivery.actions import blast_scheduling
from app.groups.models import ContactGroup
from tests.blasts.helpers import (
    AT_NOON,
    LATER,
    get_review_fields,
    list_scheduled_blasts,
    send_blast,
)
from tests.blasts.test_drafts import list_drafts, send, type_again
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member

AUDIENCES = db.text("SELECT count(*) FROM audiences")
TOMORROW = LATER | {"schedule_date": "2026-05-07", "schedule_time": "09:00"}


@pytest.fixture(autouse=True)
def noon(app):
    with time_machine.travel(AT_NOON, tick=False):
        with app.app_context():
            add_member(ZOE, "Zoë")
        yield


def read(app, statement):
    with app.app_context():
        return db.session.scalar(statement)


def cancel(app, blast):
    with app.app_context(), write():
        blast_scheduling.cancel_scheduled_blast(blast)


@pytest.fixture
def blast(app, visit, copied_steps):
    """A blast of Ada's to everybody, for Friday evening."""
    return copied_steps.take(app, schedule_blast, visit)


def schedule_blast(_app, visit):
    return send_blast(visit, "ada", **LATER, name="Picnic")


def edit(visit, blast, who="sol", **changes):
    """Open the changes of a blast and press Review; return the address of the draft."""
    answer = visit(f"/blasts/scheduled/{blast}/edit", who, _="")
    draft = answer.location
    answer = visit(draft, who, **type_again(visit, draft, who, **TOMORROW | changes))
    assert answer.location == f"{draft}/review", answer.words
    return draft


def test_a_blast_is_changed_in_place_with_its_past_in_the_audit(app, visit, blast):
    page = visit(f"/blasts/scheduled/{blast}/edit", "sol", _="", follow=True)
    assert page.headings == ["Edit scheduled blast"]
    assert "The blast stays as it is until you review these changes" in page.words
    assert 'value="2026-05-08"' in page.text
    draft = edit(visit, blast, message_body="At noon, not at eleven.", name="Lunch")
    (before,) = list_scheduled_blasts(app)
    assert (before.status, before.name) == ("pending", "Picnic")
    page = visit(f"{draft}/review", "sol")
    assert "Schedule for 1 person" in page.words
    fields = get_review_fields(page) | {"confirm": "1"}
    for _ in range(2):  # a double press
        answer = visit(f"{draft}/send", "sol", **fields)
        assert answer.location == f"/blasts/scheduled/{blast}"
    (after,) = list_scheduled_blasts(app)
    assert (after.id, after.status, after.name) == (blast, "pending", "Lunch")
    assert (after.message_body, after.created_by) == ("At noon, not at eleven.", "sol")
    assert f"{after.scheduled_at:%d %H:%M}" == "07 15:00"
    assert after.client_token == before.client_token
    assert list_drafts(app) == []
    act = read(app, db.select(AuditEvent).where(AuditEvent.verb == "blast.changed"))
    details = json.loads(act.details)
    assert details["before"] == ("Fri, May 8, 8:45 PM, America/Denver; Everybody in the community")
    assert (details["leaves_at"], details["text_changed"]) == ("2026-05-07 09:00", True)
    assert "noon" not in act.details  # no text stands in the audit
    assert "clock rules" not in visit(f"/blasts/scheduled/{blast}", "sol").words


def test_its_audience_may_change_and_the_old_one_is_not_kept(app, visit, blast):
    with app.app_context():
        add_member(MIA, "Mia")
    people = {"target": "audience", "people": f"Zoë {ZOE}"}
    assert send(visit, edit(visit, blast, **people)).status_code == 303
    more = people | {"people": f"Zoë {ZOE}\nLeo {LEO}"}
    assert send(visit, edit(visit, blast, **more)).status_code == 303
    (changed,) = list_scheduled_blasts(app)
    assert (changed.target, changed.confirmed_count) == ("audience", 2)
    assert read(app, AUDIENCES) == 1
    assert send(visit, edit(visit, blast)).status_code == 303
    (changed,) = list_scheduled_blasts(app)
    assert (changed.target, changed.audience_id, changed.confirmed_count) == ("community", None, 2)
    assert read(app, AUDIENCES) == 0


def test_two_people_share_the_changes_of_a_blast(app, visit, blast):
    draft = edit(visit, blast, "sol")
    assert edit(visit, blast, "ada") == draft
    assert "changes of a scheduled blast" in visit("/blasts/drafts", "ada").words


def test_one_that_was_canceled_meanwhile_leaves_its_changes_as_a_draft(app, visit, blast):
    draft = edit(visit, blast, message_body="At noon.")
    fields = get_review_fields(visit(f"{draft}/review", "sol")) | {"confirm": "1"}
    cancel(app, blast)
    page = visit(f"{draft}/send", "sol", **fields)
    assert page.status_code == 422
    assert "The scheduled blast was sent or canceled meanwhile" in page.words
    assert len(list_scheduled_blasts(app)) == 1
    assert "This is a draft now." in visit(draft, "sol").words
    assert send(visit, draft).location == f"/blasts/scheduled/{blast + 1}"


def test_what_cannot_be_edited_says_so(app, visit, blast):
    cancel(app, blast)
    page = visit(f"/blasts/scheduled/{blast}/edit", "sol", _="", follow=True)
    assert "This blast can’t be edited any more." in page.words
    assert visit("/blasts/scheduled/99/edit", "sol", _="").status_code == 404
    assert list_drafts(app) == []


def test_people_that_a_user_may_not_text_are_not_opened(app, visit):
    with app.app_context(), write() as session:
        session.add(group := ContactGroup(name="Board", who_may_text="admins"))
        session.flush()
        group_id = group.id
    people = {"target": "audience", "include": f"group:{group_id}", "people": f"Leo {LEO}"}
    blast = send_blast(visit, "ada", **LATER, **people)
    page = visit(f"/blasts/scheduled/{blast}/edit", "sol", _="", follow=True)
    assert "Board" not in page.headings
    assert list_drafts(app) == []
    draft = visit(f"/blasts/scheduled/{blast}/edit", "ada", _="").location
    assert visit(draft, "sol").status_code == 404
    assert "Board" not in visit(draft, "sol").words
    others = send_blast(visit, "ada", **LATER, message_body="Another")
    draft = edit(visit, others, "ada", **people)
    assert visit(draft, "sol").status_code == 404  # Ada has chosen the group since
