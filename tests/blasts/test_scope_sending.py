"""A user whose permissions reach some people sends to nobody else: judged at the review, and
again when the blast is released.

Cases Z3 (a draft that someone may not send is neither shown nor sent), Z5 (permissions are those
of now).
"""

from datetime import timedelta

import pytest

from app.accounts.actions.permission_set_changes import (
    SetContent,
    add_permission_set,
    change_permission_set,
    give_permission_set,
)
from app.accounts.queries import find_user_by_name
from app.core.clock import now
from app.core.db import write
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import PERMISSIONS_FOR_EVERYBODY, Permission
from app.domain.accounts.scope import Scope
from app.groups.models import ContactGroup, GroupMembership
from tests.blasts.helpers import (
    COMPOSE_URL,
    LATER,
    compose_fields,
    create_event,
    list_messages,
    list_scheduled_blasts,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member

TEXTS = frozenset({Permission.SEND_TEXTS})
LIMITED = frozenset(Permission) - PERMISSIONS_FOR_EVERYBODY


@pytest.fixture
def choir(app):
    """Zoë and Leo are members, Zoë sings in the choir, and Sol may text the choir only."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
    with app.app_context(), write() as session:
        session.add(group := ContactGroup(name="Choir"))
        session.flush()
        session.add(GroupMembership(group_id=group.id, phone=ZOE))
        scope = Scope(frozenset({group.id}), frozenset())
        set_id = add_permission_set(SetContent("Choir texts", TEXTS, scope))
        give_permission_set(find_user_by_name("sol").id, set_id)
        return group.id


def to_choir(choir, **more):
    """The fields of a blast to the choir."""
    return {"target": "audience", "include": f"group:{choir}"} | more


def refuse(visit, **changes):
    """Sol's form comes back; return what the page says."""
    page = visit(COMPOSE_URL, "sol", **compose_fields(**changes))
    assert page.status_code == 422
    return page.words


def change_set(app, permissions=TEXTS, *group_ids):
    """Ada changes Sol's set."""
    with app.app_context(), write():
        scope = Scope(frozenset(group_ids), frozenset())
        change_permission_set(1, SetContent("Choir texts", permissions, scope))


def test_sol_sends_to_the_choir_and_to_nobody_else(app, visit, choir):
    assert "Choose from your own groups and events." in refuse(visit)
    assert list_scheduled_blasts(app) == []
    send_blast(visit, "sol", **to_choir(choir))
    release_blasts(app)
    assert [row.phone for row in list_messages(app)] == [ZOE]


def test_pasted_numbers_and_events_of_others_are_outside(app, visit, choir):
    pasted = refuse(visit, **to_choir(choir, people=LEO))
    assert "Leo" not in pasted
    assert list_scheduled_blasts(app) == []
    picnic = create_event(app, "Picnic", LEO)
    assert "Choose from your own" in refuse(visit, target="event", event_id=picnic)


@pytest.mark.parametrize("permissions", [TEXTS, frozenset({Permission.SEE_TEXTS})])
def test_a_blast_is_held_when_its_author_may_no_longer_send_it(app, visit, choir, permissions):
    scheduled_id = send_blast(visit, "sol", **to_choir(choir))
    change_set(app, permissions)
    release_blasts(app)
    (blast,) = list_scheduled_blasts(app)
    assert blast.status == "pending"
    assert "Sol" in blast.held_reason
    assert list_messages(app) == []
    page = visit(f"/blasts/scheduled/{scheduled_id}", "ada")
    assert blast.held_reason in page.words
    address = f"/blasts/scheduled/{scheduled_id}/confirm"
    assert visit(address, "ada", people_count="1").status_code == 303
    release_blasts(app)
    assert [row.phone for row in list_messages(app)] == [ZOE]


def test_sol_cannot_confirm_what_is_held_because_it_is_outside(app, visit, choir):
    scheduled_id = send_blast(visit, "sol", **to_choir(choir))
    change_set(app)
    release_blasts(app)
    visit(f"/blasts/scheduled/{scheduled_id}/confirm", "sol", people_count="1")
    release_blasts(app)
    assert list_scheduled_blasts(app)[0].held_reason
    assert list_messages(app) == []


def test_who_joins_the_choir_while_the_blast_waits_gets_it(app, visit, choir):
    send_blast(visit, "sol", **to_choir(choir))
    with app.app_context(), write() as session:
        session.add(GroupMembership(group_id=choir, phone=LEO))
    release_blasts(app)
    assert {row.phone for row in list_messages(app)} == {ZOE, LEO}


def test_adas_draft_to_everybody_is_none_of_sols(app, visit, choir):
    fields = compose_fields(**LATER)
    visit("/blasts/drafts", "ada", **fields)
    assert visit("/blasts/drafts/1", "sol").status_code == 404
    assert visit("/blasts/drafts/1/review", "sol").status_code == 404


def test_z3_the_page_of_a_blast_names_nobody_who_left_the_choir(app, visit, choir):
    with app.app_context(), write() as session:
        session.add(leo := GroupMembership(group_id=choir, phone=LEO))
        session.flush()
        membership_id = leo.id
    send_blast(visit, "sol", **to_choir(choir))
    log_id = release_blasts(app)
    with app.app_context(), write() as session:
        session.get(GroupMembership, membership_id).until = now()
    change_set(app, LIMITED, choir)
    address = f"/blasts/logs/{log_id}"
    for more in ("", "?state=waiting", "?texts=1"):
        page = visit(address + more, "sol")
        assert "2 people" in page.words
        assert "Zoë" in page.words
        assert "… and 1 person outside your groups and events." in page.words
        assert "Leo" not in page.text
    found = visit(f"{address}?search=Leo", "sol").words
    assert "No one here matches that." in found
    assert "outside your groups" not in found
    for file_format in ("csv", "json"):
        download = visit(f"{address}/export?format={file_format}", "sol").text
        assert ZOE in download
        assert "Leo" not in download
    assert "Leo" in visit(address, "ada").words


def test_z3_whose_a_blast_is_tells_the_id_and_never_a_name(app, visit, choir):
    scheduled_id = send_blast(visit, "sol", **to_choir(choir, name="Evensong"))
    later = LATER | {"schedule_date": f"{now() + timedelta(days=2):%Y-%m-%d}"}
    later_id = send_blast(visit, "sol", **to_choir(choir, name="Matins", **later))
    log_id = release_blasts(app)
    change_set(app, LIMITED, choir)
    lists = {"/blasts/logs?state=sending": "Evensong", "/blasts/scheduled": "Matins"}
    pages = (f"/blasts/logs/{log_id}", f"/blasts/scheduled/{later_id}")
    assert all(name in visit(address, "sol").words for address, name in lists.items())
    assert [visit(address, "sol").status_code for address in pages] == [200, 200]
    # The author was deleted, and Sol got their name since.
    with app.app_context(), write() as session:
        for blast_id in (scheduled_id, later_id):
            session.get(ScheduledMessage, blast_id).created_by_id = None
    assert not any(name in visit(address, "sol").words for address, name in lists.items())
    assert [visit(address, "sol").status_code for address in pages] == [404, 404]


def test_z3_a_preview_shows_those_inside_and_counts_the_others(app, visit, choir):
    with app.app_context(), write() as session:
        session.add(leo := GroupMembership(group_id=choir, phone=LEO))
        session.flush()
        membership_id = leo.id
    send_blast(visit, "sol", **to_choir(choir))
    log_id = release_blasts(app)
    set_message_status(app, ZOE, "failed")
    set_message_status(app, LEO, "failed")
    with app.app_context(), write() as session:
        session.get(GroupMembership, membership_id).until = now()
    change_set(app, LIMITED, choir)
    failed = {"audience": "results", "log_id": log_id, "outcome": "failed"}
    told = "1 person, and 1 outside your groups and events"
    pasted = "1 number is not in your groups and events."
    for audience, words in ((failed, told), (to_choir(choir, people=LEO), pasted)):
        preview = visit("/blasts/preview", "sol", **compose_fields(**audience))
        assert words in preview.words
        assert "Hi Zoë" in preview.words
        assert "Leo" not in preview.text
