"""Whoever is limited to some groups and events finds nothing behind any other address.

Cases Z3 (things of others by their id are not found) and Z5 (the scope of now counts).
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.accounts.actions.permission_set_changes import (
    SetContent,
    add_permission_set,
    give_permission_set,
)
from app.accounts.queries import find_user_by_name
from app.audiences.segment_models import Segment
from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import write
from app.domain.accounts.permissions import PERMISSIONS_FOR_EVERYBODY, Permission
from app.domain.accounts.scope import EMPTY_SCOPE, Scope
from app.domain.delivery.message_statuses import BlastTarget
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.people.models import PersonNote
from app.scope_guard import (
    ARGUMENTS_OF_CHECKED_THINGS,
    ARGUMENTS_WITHOUT_SCOPE,
    REACH_OF_ARGUMENTS,
)
from app.series.models import BlastSeries
from tests.sample_rows import add_inbound_text, add_member
from tests.whole.routes import ADMIN, ANYONE, ROUTES, SIGNATURE
from tests.whole.shared_site import for_each

LIMITED = frozenset(Permission) - PERMISSIONS_FOR_EVERYBODY
# The address names something that may be outside; strangers and Twilio have rules of their own.
SCOPED = [name for name, route in ROUTES.items() if route.who not in (ANYONE, SIGNATURE, ADMIN)]


def limit_sol(site, scope):
    """Give Sol every permission that can be given for some groups, and this scope."""
    with site.app.app_context(), write():
        set_id = add_permission_set(SetContent("Limited", LIMITED, scope))
        give_permission_set(find_user_by_name("sol").id, set_id)


@pytest.fixture
def limited_site(site):
    """The filled site, where Sol may do much, but for no group and no event."""
    limit_sol(site, EMPTY_SCOPE)
    with site.app.app_context(), write() as session:
        # The filled site's series is Sol's; it is Ada's here.
        ada = find_user_by_name("ada")
        session.execute(update(BlastSeries).values(created_by="ada", created_by_id=ada.id))
    return site


def list_scoped_arguments(site, endpoint):
    return REACH_OF_ARGUMENTS.keys() & site.rules[endpoint].arguments


def test_every_argument_of_an_address_has_its_rule(site):
    arguments = {name for rule in site.rules.values() for name in rule.arguments}
    decided = REACH_OF_ARGUMENTS.keys() | ARGUMENTS_WITHOUT_SCOPE | ARGUMENTS_OF_CHECKED_THINGS
    assert arguments == decided


@for_each(SCOPED, fixture="limited_site")
def test_z3_what_is_outside_is_not_found_and_not_changed(site, endpoint):
    if not list_scoped_arguments(site, endpoint):
        return
    before = site.snapshot()
    for method in ROUTES[endpoint].methods:
        answer = site.open(method, endpoint, "sol")
        assert answer.status_code in (403, 404), (method, answer.status_code)
    assert site.snapshot() == before


def test_z5_what_is_inside_is_found(site):
    values = site.values[""]
    group_ids = frozenset({int(values["group_id"])})
    limit_sol(site, Scope(group_ids, frozenset({int(values["event_id"])})))
    for endpoint in ("groups.show_group", "events.show_event"):
        assert site.open("GET", endpoint, "sol").status_code == 200


QUENTIN = "+13035550177"
# Words of Quentin, his group, event, note and texts, and of whom the filled site has outside.
OUTSIDE = re.compile(r"Quentin|555.?0177|Elders|Harvest|orchard|zucchini|Tenors|Leo\b|Mia\b|Max\b")
# "max" is a word of the pages' attributes too, so names are looked for as they are written.
SEARCHES = ("quen", "0177", "orch", "harv", "elde", "zucc", "teno")
SEARCHED = (
    "/search?q={0}",
    "/search/results?q={0}",
    "/community?search={0}",
    "/groups?search={0}",
    "/groups/1?search={0}",
    "/events?search={0}",
    "/inbox?state=all&search={0}",
    "/blasts/logs?search={0}",
)
ASKED_FOR = (
    "/community?add=group",
    "/community?add=event",
    "/community?add=segment",
    "/groups?archived=1",
    "/inbox?state=all",
    "/inbox?state=done",
    "/blasts/new?target=event&event_id=2",
    "/blasts/new?include=group:2&exclude=segment:2",
    "/blasts/new?survey=1",
    "/blasts/new?again=6",
    "/blasts/logs?state=sending",
    "/live?since=0",
)


def add_quentin(site):
    """Put somebody beside the choir who is in everything; Ada texts his event."""
    with site.app.app_context():
        add_member(QUENTIN, "Quentin")
        with write() as session:
            session.add(group := ContactGroup(name="Elders"))
            day = now().date() + timedelta(days=2)
            session.add(event := Event(title="Harvest fair", date=day))
            session.flush()
            rule = f'{{"items":[{{"kind":"in_group","ref":{group.id}}}],"join":"all"}}'
            session.add(Segment(name="Tenors", rule=rule))
            session.add(GroupMembership(group_id=group.id, phone=QUENTIN))
            session.add(EventRegistration(event_id=event.id, phone=QUENTIN, name="Quentin"))
            session.add(PersonNote(phone=QUENTIN, body="Owns an orchard", created_by="ada"))
            event_id = event.id
        add_inbound_text(QUENTIN, "See my orchard?")
        confirm_zucchini(event_id, None)
        release_due_blasts(now() + timedelta(minutes=1))
        confirm_zucchini(event_id, now() + timedelta(hours=5))


def confirm_zucchini(event_id, due):
    with write():
        draft = BlastDraft("Bring zucchini", None, BlastTarget.EVENT, event_id, "UTC", due)
        confirm_blast(draft, None, "ada", now())


def list_answers(site):
    """What Sol gets at every address, and for every search."""
    for endpoint in SCOPED:
        if "GET" in ROUTES[endpoint].methods:
            yield endpoint, site.open("GET", endpoint, "sol")
    searched = [address.format(word) for address in SEARCHED for word in SEARCHES]
    for address in (*ASKED_FOR, *searched):
        yield address, site.send("GET", address, "sol")


def test_z3_no_page_list_or_search_tells_of_anybody_outside(site):
    add_quentin(site)
    limit_sol(site, Scope(frozenset({1}), frozenset()))
    told = {}
    for place, answer in list_answers(site):
        words = set(OUTSIDE.findall(answer.get_data(as_text=True)))
        asked = place.rpartition("=")[2] if "?" in place else "no search"
        if found := sorted(word for word in words if asked not in word):
            told[place] = (answer.status_code, found)
    assert told == {}
    assert "Zoë" in site.send("GET", "/community", "sol").get_data(as_text=True)
