"""Whoever may not see numbers finds none on any page, and finds nobody by one.

Case Z1 (whoever lacks a permission gets nothing of what it is about).
"""

import pytest

from app.accounts.actions.permission_set_changes import (
    SetContent,
    add_permission_set,
    give_permission_set,
)
from app.accounts.queries import find_user_by_name
from app.core.db import write
from app.core.hidden_numbers import NUMBER_PATTERN, hide_numbers
from app.domain.accounts.permissions import PERMISSIONS_WITH_NUMBERS, Permission
from app.domain.accounts.scope import UNLIMITED_SCOPE
from app.groups.models import ContactGroup, GroupMembership
from tests.blasts.helpers import release_blasts, send_blast
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member
from tests.whole.test_matrix import CLOSED

WITHOUT_NUMBERS = frozenset(Permission) - {Permission.SEE_NUMBERS} - PERMISSIONS_WITH_NUMBERS


def hide_from_sol(app):
    with app.app_context(), write():
        set_id = add_permission_set(SetContent("No numbers", WITHOUT_NUMBERS, UNLIMITED_SCOPE))
        give_permission_set(find_user_by_name("sol").id, set_id)


def test_no_page_of_the_site_has_a_number_for_sol(site):
    hide_from_sol(site.app)
    shown = {}
    for endpoint, door in CLOSED.items():
        if "GET" in door.methods:
            text = site.open("GET", endpoint, "sol").get_data(as_text=True)
            if found := NUMBER_PATTERN.findall(text):
                shown[endpoint] = found
    assert shown == {}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("+12025550123", "••• 0123"),
        ("Call +1 202 555 0123 now", "Call ••• 0123 now"),
        ("q=%2B12025550123&page=2", "q=••• 0123&page=2"),
        ('href="/sandbox/12025550123"', 'href="/sandbox/••• 0123"'),
        ("at 2026-11-29T00:00:00+02:00, 1,234 of +5", "at 2026-11-29T00:00:00+02:00, 1,234 of +5"),
    ],
)
def test_a_number_in_any_spelling_is_its_last_four_digits(text, hidden):
    assert hide_numbers(text) == hidden


def test_nobody_is_found_by_digits_or_by_a_whole_number(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "")
    hide_from_sol(app)
    for digits in (ZOE[-4:], ZOE[-3:], ZOE[1:], ZOE[1:6]):
        assert "Zoë" in visit(f"/community?search={digits}", "ada").words
        for address in ("/community?search=", "/search?q=", "/search/results?q=", "/inbox?q="):
            assert "Zoë" not in visit(f"{address}{digits}", "sol").text, (address, digits)
    assert visit(f"/people/{ZOE[1:]}", "sol").status_code == 404


def test_typed_numbers_tell_sol_nothing(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    hide_from_sol(app)
    fields = {"target": "audience", "people": ZOE, "message_body": "Hi {first_name|friend}"}
    assert "Zoë" in visit("/blasts/preview", "ada", **fields).words
    assert "Zoë" not in visit("/blasts/preview", "sol", **fields).words
    assert visit("/sandbox", "sol").status_code == 403
    assert visit("/blasts/new/people?list=community&member_ids=1", "sol").status_code == 403


def test_no_list_is_in_the_order_of_numbers_for_sol(app, visit):
    with app.app_context():
        add_member("+12025550199", "Ana")
        add_member("+12025550100", "Ben")
    by_number, by_name = "/community?sort=phone", "/community?sort=name"
    assert "sort=phone" in visit("/community", "ada").text
    ada_sees = visit(by_number, "ada").words
    assert ada_sees.index("Ben") < ada_sees.index("Ana")
    hide_from_sol(app)
    assert "sort=phone" not in visit("/community", "sol").text
    assert visit(by_number, "sol").words == visit(by_name, "sol").words


def test_the_people_of_a_blast_and_a_group_are_not_found_by_digits(app, visit):
    with app.app_context():
        add_member(ZOE, "Ursula")
    with app.app_context(), write() as session:
        session.add(group := ContactGroup(name="Choir"))
        session.flush()
        session.add(GroupMembership(group_id=group.id, phone=ZOE))
    send_blast(visit)
    log_id = release_blasts(app)
    hide_from_sol(app)
    for address in (f"/blasts/logs/{log_id}?search=", "/groups/1?search="):
        assert "Ursula" in visit(address + ZOE[-4:], "ada").words
        assert "Ursula" not in visit(address + ZOE[-4:], "sol").words
