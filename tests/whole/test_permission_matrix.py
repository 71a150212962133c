"""Every address, with every method, for every permission: exactly those who may come in do.

Cases Z1 (the matrix of permission sets), Z5 (a set is judged at each request), Z7 (no role, no
permission). In `make test` each address is asked by Ana without any permission and with exactly
the one that it needs; `make torture` asks every address with each single permission too, and as
people who are disabled or have no role.
"""

import sqlite3

import pytest

from app.accounts.actions.permission_set_changes import SetContent, add_permission_set
from app.accounts.models import AppUser
from app.core.db import write
from app.domain.accounts.permissions import (
    PERMISSIONS_WITH_NUMBERS,
    Permission,
    resolve_permissions,
)
from app.domain.accounts.roles import Role
from app.domain.accounts.scope import UNLIMITED_SCOPE
from tests.whole.routes import ROUTES, SIGNED_IN
from tests.whole.test_matrix import CHOSEN, CLOSED, expected

ANA = "ana"
# What a request of somebody who is refused, or who only reads, may leave.
AUDIT_TABLES = ("audit_events", "audit_people", "audit_anchors")
# What Ana gets where one permission is not all that it takes.
OTHER_CODES = {
    "audit.export_audit_archive": 403,
    "audit.export_audit_events": 403,  # it exports too
    "blasts.edit_draft": 404,  # it is Sol's
    "blasts.review_draft": 404,
}
# They end or change what the walk itself needs.
LAST = ("accounts.change_own_password", "accounts.end_all_own_sessions")


@pytest.fixture
def ana(site):
    """Ana is a social manager with a permission set that permits nothing yet."""
    with site.app.app_context(), write() as session:
        set_id = add_permission_set(SetContent("Ana's", frozenset(), UNLIMITED_SCOPE))
        ana = AppUser(
            username=ANA,
            role=Role.SOCIAL_MANAGER,
            password_hash="!",
            session_key="key-of-ana",
            permission_set_id=set_id,
        )
        session.add(ana)
    site.visit.token(ANA)
    return site


def allow(site, *permissions):
    """Let Ana's set have these permissions; return what she may do."""
    chosen = set(permissions)
    if chosen & PERMISSIONS_WITH_NUMBERS:
        chosen.add(Permission.SEE_NUMBERS)
    words = ", ".join(f'"{permission}"' for permission in sorted(chosen))
    change(site, "UPDATE permission_sets SET permissions = ? WHERE name = ?", f"[{words}]", "Ana's")
    return resolve_permissions(chosen, reaches_everybody=True)


def change(site, statement, *values):
    """Write the database by hand."""
    connection = sqlite3.connect(site.database, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(statement, values)
    connection.close()


def list_doors(is_wanted):
    """The (endpoint, method) of every address that is wanted."""
    return [
        (endpoint, method)
        for endpoint in sorted(CLOSED, key=lambda name: name in LAST)
        if is_wanted(CLOSED[endpoint].who)
        for method in CLOSED[endpoint].methods
    ]


def find_wrong_codes(site, doors, is_right, who=ANA):
    """What was answered at each of these doors where it was not right."""
    wrong = {}
    for endpoint, method in doors:
        code = site.open(method, endpoint, who, **CHOSEN.get(endpoint, {})).status_code
        if not is_right(endpoint, method, code):
            wrong[endpoint, method] = code
    return wrong


def is_refused(endpoint, method, code):
    return code == 403


def is_as_expected(endpoint, method, code):
    return code == OTHER_CODES.get(endpoint, expected(endpoint, method))


def is_let_in(endpoint, method, code):
    # What she did before may have taken away what this address needs.
    return code in (200, 204, 302, 303, 404, 409, 422)


def test_z1_ana_without_a_permission_is_refused_everywhere_and_leaves_no_trace(ana):
    before = ana.snapshot(without=AUDIT_TABLES)
    doors = list_doors(lambda who: who != SIGNED_IN)
    assert find_wrong_codes(ana, doors, is_refused) == {}
    assert ana.snapshot(without=AUDIT_TABLES) == before


def test_z1_ana_with_exactly_the_permission_of_an_address_comes_in(ana):
    wrong = {}
    for method, is_right in (("GET", is_as_expected), ("POST", is_let_in)):
        for permission in Permission:
            allow(ana, permission)
            doors = list_doors(lambda who, own=permission: who == own)
            if permission not in {Permission.SEE_NUMBERS, *PERMISSIONS_WITH_NUMBERS}:
                closed = [door for door in doors if CLOSED[door[0]].with_numbers]
                wrong |= find_wrong_codes(ana, closed, is_refused)
                allow(ana, permission, Permission.SEE_NUMBERS)
            wrong |= find_wrong_codes(ana, [door for door in doors if door[1] == method], is_right)
    assert wrong == {}


def test_signed_in_is_enough_where_no_permission_is_needed(ana):
    assert find_wrong_codes(ana, list_doors(lambda who: who == SIGNED_IN), is_let_in) == {}


@pytest.mark.torture
@pytest.mark.parametrize("permission", [*Permission], ids=str)
def test_z1_one_permission_opens_no_other_door(ana, permission):
    allowed = allow(ana, permission)
    before = ana.snapshot(without=AUDIT_TABLES)
    doors = list_doors(lambda who: who != SIGNED_IN and who not in allowed)
    assert find_wrong_codes(ana, doors, is_refused) == {}
    assert ana.snapshot(without=AUDIT_TABLES) == before


@pytest.mark.torture
def test_z5_a_disabled_ana_is_nobody_from_the_next_request_on(ana):
    allow(ana, *Permission)
    assert ana.open("GET", "community.list_members", ANA).status_code == 200
    change(ana, "UPDATE users SET disabled_at = '2026-01-01 00:00:00' WHERE username = ?", ANA)
    before = ana.snapshot(without=AUDIT_TABLES)

    def is_sent_away(endpoint, method, code):
        # A form has the token of her ended session, which counts no more.
        return code in ((401,) if ROUTES[endpoint].polled else (302, 400))

    doors = list_doors(lambda who: True)
    wrong = {
        door: code
        for door, code in find_wrong_codes(ana, doors, is_sent_away).items()
        if not (ROUTES[door[0]].polled and code == 400)
    }
    assert wrong == {}
    assert ana.snapshot(without=AUDIT_TABLES) == before


@pytest.mark.torture
@pytest.mark.parametrize("role", ["root", ""])
def test_z7_a_set_without_a_role_opens_no_door(ana, role):
    allow(ana, *Permission)
    change(ana, "UPDATE users SET role = ? WHERE username = ?", role, ANA)
    before = ana.snapshot(without=AUDIT_TABLES)
    doors = list_doors(lambda who: True)
    assert find_wrong_codes(ana, doors, is_refused) == {}
    assert ana.snapshot(without=AUDIT_TABLES) == before


def test_the_size_of_the_matrix():
    """Kinds of people: a stranger, must change, one without a permission, each single permission,
    a social manager, an admin, a disabled one, one without a role.
    """
    doors = len(list_doors(lambda who: True))
    assert doors * (len(Permission) + 7) > 8_000
