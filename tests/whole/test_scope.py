"""Whoever is limited to some groups and events finds nothing behind any other address.

Cases Z3 (things of others by their id are not found) and Z5 (the scope of now counts).
"""

import pytest
from sqlalchemy import update

from app.accounts.actions.permission_set_changes import (
    SetContent,
    add_permission_set,
    give_permission_set,
)
from app.accounts.queries import find_user_by_name
from app.core.db import write
from app.domain.accounts.permissions import PERMISSIONS_FOR_EVERYBODY, Permission
from app.domain.accounts.scope import EMPTY_SCOPE, Scope
from app.scope_guard import (
    ARGUMENTS_OF_CHECKED_THINGS,
    ARGUMENTS_WITHOUT_SCOPE,
    REACH_OF_ARGUMENTS,
)
from app.series.models import BlastSeries
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
