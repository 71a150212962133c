"""Lists, counts, searches and posted ids of whoever is limited to one group name nobody else.

Cases Z3 (things of others by their id are not found) and Z5 (the scope of now counts).
"""

import pytest

from app.accounts.actions.permission_set_changes import (
    SetContent,
    add_permission_set,
    give_permission_set,
)
from app.accounts.queries import find_user_by_name
from app.core.clock import now
from app.core.db import db, write
from app.domain.accounts.permissions import PERMISSIONS_FOR_EVERYBODY, Permission
from app.domain.accounts.scope import Scope
from app.domain.notices.notice_kinds import NOTICE_RULES, NoticeKind
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.inbox.actions.thread_updates import get_or_create_thread
from app.notices.queries.readers import may_hear
from tests.blasts.helpers import compose_fields, send_blast
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member

LIMITED = frozenset(Permission) - PERMISSIONS_FOR_EVERYBODY
LEO_AS_SHOWN = LEO[-4:]
SECRET = ("Leo Outside", "Rowing", "Camp", LEO_AS_SHOWN, LEO)
LISTS = (
    "/",
    "/community",
    "/community?search=Leo",
    "/community?show=no_texts",
    "/community?group=2",
    "/community?add=group",
    "/community?add=event",
    "/community?add=in_group",
    "/community?add=texts",
    "/groups",
    "/events",
    "/inbox",
    "/inbox?state=all",
    "/inbox?state=all&q=Leo",
    "/inbox/live?state=all",
    "/search?q=Leo",
    "/search?q=Outside",
    "/search/results?q=Leo",
    "/search/results?q=Rowing",
    "/search/results?q=Camp",
    "/blasts/logs",
    "/blasts/scheduled",
    "/blasts/drafts",
    "/blasts/new",
    "/blasts/new?include=group:2",
    "/blasts/new?target=event&event_id=1",
    "/notices",
    "/live?since=0",
    "/help",
    "/account",
)
CLOSED = (
    "/calendar",
    "/calendar/list",
    "/blasts/series",
    "/keywords",
    "/keywords/add",
    "/surveys",
    "/surveys/add",
    "/segments",
    "/segments/new",
    "/sandbox",
    "/sequences",
    "/events/add",
    "/events/1/import",
    "/suppression/export",
)


def limit_sol(app, permissions, scope):
    with app.app_context(), write():
        set_id = add_permission_set(SetContent("Choir only", permissions, scope))
        give_permission_set(find_user_by_name("sol").id, set_id)


@pytest.fixture
def choir(app, visit):
    """Zoë is in the choir (1), Leo in Rowing (2) and at the camp. Sol reaches the choir."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo Outside")
    with app.app_context(), write() as session:
        session.add_all([choir := ContactGroup(name="Choir"), youth := ContactGroup(name="Rowing")])
        session.add(camp := Event(title="Camp"))
        session.flush()
        session.add(GroupMembership(group_id=choir.id, phone=ZOE))
        session.add(GroupMembership(group_id=youth.id, phone=LEO))
        session.add(EventRegistration(event_id=camp.id, phone=LEO, name="Leo Outside"))
        get_or_create_thread(LEO, now())
        get_or_create_thread(ZOE, now())
    send_blast(visit, "ada", message_body="Camp of the Rowing")
    limit_sol(app, LIMITED, Scope(frozenset({1}), frozenset()))
    return choir


def list_secrets(page):
    text = page.text
    return [secret for secret in SECRET if secret in text]


def test_z3_no_list_names_anybody_outside(app, visit, choir):
    found = {}
    for address in LISTS:
        page = visit(address, "sol")
        assert page.status_code == 200, (address, page.status_code)
        # What was asked for stands in the box of the search again.
        asked = address.partition("?")[2]
        if named := [secret for secret in list_secrets(page) if secret not in asked]:
            found[address] = named
    assert found == {}


def test_z3_the_page_of_a_person_names_no_groups_of_others(app, visit, choir):
    page = visit(visit.find_person_page(ZOE), "sol")
    assert "Choir" in page.words
    assert list_secrets(page) == []
    page = visit("/groups/1", "sol")
    assert "Zoë" in page.words
    assert list_secrets(page) == []


def test_z3_lists_still_name_whom_one_reaches(app, visit, choir):
    for address in ("/community", "/community?search=Zo", "/search?q=Zo", "/inbox?state=all"):
        assert "Zoë" in visit(address, "sol").words, address
    assert "Choir" in visit("/groups", "sol").words


@pytest.mark.parametrize("address", CLOSED)
def test_z3_pages_that_know_no_scope_are_closed(app, visit, choir, address):
    assert visit(address, "sol").status_code == 403


def list_choir(app):
    with app.app_context():
        members = db.session.query(GroupMembership.phone).filter_by(group_id=1, until=None)
        return sorted(phone for (phone,) in members)


LEO_DIGITS = LEO[1:]


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        (f"/people/{LEO_DIGITS}/groups", {"group_id": "1"}),
        ("/groups/1/people", {"written": f"Leo, {LEO}"}),
        ("/groups/1/people", {"written": "Nia, +12025550177"}),
        ("/groups/people", {"list": "community", "member_ids": "2", "group_id": "1"}),
        ("/groups/people", {"list": "community", "everyone": "1", "group_id": "1"}),
        ("/groups/people", {"list": "event", "list_id": "1", "everyone": "1", "group_id": "1"}),
        ("/groups/people", {"list": "group", "list_id": "2", "everyone": "1", "group_id": "1"}),
        ("/groups/people", {"list": "search", "phones": LEO, "group_id": "1"}),
    ],
)
def test_z3_nobody_is_moved_into_a_group_to_be_texted(app, visit, choir, address, fields):
    visit(address, "sol", **fields)
    assert list_choir(app) == [ZOE]


def test_z3_posted_groups_and_events_of_others_are_not_found(app, visit, choir):
    answer = visit(
        "/groups/people", "sol", list="community", member_ids="1", group_id="2", change="add"
    )
    assert answer.status_code == 422
    answer = visit("/events/register-members", "sol", member_ids="1", event_id="1")
    assert answer.status_code == 404


def test_z3_an_old_address_of_digits_is_no_way_around(app, visit, choir):
    assert visit(f"/people/{LEO_DIGITS}", "sol").status_code == 404
    assert visit(f"/people/{ZOE[1:]}", "sol").status_code in (200, 301, 302, 303)


@pytest.mark.parametrize(
    "audience",
    [
        {"target": "community"},
        {"target": "event", "event_id": "1"},
        {"target": "audience", "include": "group:2"},
        {"target": "audience", "include": "everybody"},
        {"target": "audience", "people": LEO},
        {"target": "audience", "include": "group:1", "exclude": "group:2"},
    ],
)
def test_z3_the_preview_of_a_text_names_nobody_outside(app, visit, choir, audience):
    fields = compose_fields(**audience) | {"message_body": "Hi {first_name|friend}"}
    page = visit("/blasts/preview", "sol", **fields)
    assert page.status_code == 200
    assert "Leo" not in page.words
    assert "Rowing" not in page.words


def test_z3_an_earlier_blast_of_others_fills_no_form(app, visit, choir):
    assert visit("/blasts/new?again=1", "ada").status_code == 200
    assert visit("/blasts/new?again=1", "sol").status_code == 404


def test_z3_what_is_counted_over_everybody_is_no_news_for_sol(app, visit, choir):
    with app.app_context():
        sol, ada = find_user_by_name("sol"), find_user_by_name("ada")
        common = [kind for kind, rule in NOTICE_RULES.items() if not rule.is_personal]
        assert not any(may_hear(sol, kind) for kind in common)
        assert may_hear(sol, NoticeKind.MY_TEXTS)
        assert may_hear(ada, NoticeKind.DIGEST)
