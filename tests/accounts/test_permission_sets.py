"""Permission sets: what they permit, for whom, and that losing one never permits more.

Cases Z1 (each permission opens its own doors), Z5 (a changed set counts at the next request),
Z7 (words that are no permission, written by hand, permit nothing).
"""

import sqlite3

import pytest
from flask_login import login_user, logout_user
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.accounts.actions.permission_set_changes import (
    SetContent,
    SetInUse,
    add_permission_set,
    change_permission_set,
    delete_permission_set,
    give_permission_set,
)
from app.accounts.permission_set_models import PermissionSet
from app.accounts.permission_set_queries import find_scope
from app.accounts.queries import find_user_by_name
from app.audit.models import AuditEvent
from app.core.db import db, write
from app.core.permission_checks import Entrance, has_access
from app.domain.accounts.permissions import DEFAULT_PERMISSIONS, Permission
from app.domain.accounts.roles import Role
from app.domain.accounts.scope import EMPTY_SCOPE, UNLIMITED_SCOPE, Scope
from app.groups.models import ContactGroup

READS = frozenset({Permission.SEE_PEOPLE})


def give_set(app, permissions, scope=UNLIMITED_SCOPE, who="sol", name="Their set"):
    """Give a user a new permission set; return its id."""
    with app.app_context(), write():
        set_id = add_permission_set(SetContent(name, frozenset(permissions), scope))
        give_permission_set(find_user_by_name(who).id, set_id)
        return set_id


def may(app, who="sol"):
    """What a user may do."""
    with app.app_context():
        return find_user_by_name(who).permissions


def test_sol_without_a_set_may_do_what_social_managers_always_did(app):
    assert may(app) == DEFAULT_PERMISSIONS
    assert may(app, "ada") == set(Permission)


def test_sol_with_a_set_is_judged_by_it_alone_and_at_the_next_request(app, visit):
    assert visit("/community", "sol").status_code == 200
    assert visit("/blasts/new", "sol").status_code == 200
    set_id = give_set(app, READS)
    assert visit("/community", "sol").status_code == 200
    assert visit("/blasts/new", "sol").status_code == 403
    with app.app_context(), write():
        content = SetContent("Their set", frozenset({Permission.SEND_TEXTS}), UNLIMITED_SCOPE)
        change_permission_set(set_id, content)
    assert visit("/community", "sol").status_code == 403
    assert visit("/blasts/new", "sol").status_code == 200


def test_an_admins_set_waits_until_they_are_a_social_manager(app, visit):
    give_set(app, READS, who="ada")
    assert visit("/users", "ada").status_code == 200
    with app.app_context(), write():
        find_user_by_name("ada").role = Role.SOCIAL_MANAGER
    assert may(app, "ada") == READS


def test_a_set_that_somebody_has_stays_by_action_and_by_hand(app):
    set_id = give_set(app, READS)
    with app.app_context(), pytest.raises(SetInUse), write():
        delete_permission_set(set_id)
    with app.app_context(), pytest.raises(IntegrityError), write() as session:
        session.execute(text("DELETE FROM permission_sets"))
    assert may(app) == READS


def test_a_deleted_group_means_fewer_people_never_more(app):
    with app.app_context(), write() as session:
        session.add(choir := ContactGroup(name="Choir"))
        session.flush()
        choir_id = choir.id
    give_set(app, READS, Scope(frozenset({choir_id}), frozenset()))
    with app.app_context():
        assert find_scope(find_user_by_name("sol")) == Scope(frozenset({choir_id}), frozenset())
    with app.app_context(), write() as session:
        session.delete(session.get(ContactGroup, choir_id))
    with app.app_context():
        assert find_scope(find_user_by_name("sol")) == EMPTY_SCOPE
        assert find_scope(find_user_by_name("ada")) == UNLIMITED_SCOPE
        assert find_scope(None) == EMPTY_SCOPE


@pytest.mark.parametrize("stored", ['["root", 7, ["see_people"], null]', "[]", "nothing", "{}"])
def test_z7_words_that_are_no_permission_permit_nothing(app, stored):
    give_set(app, READS)
    path = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE permission_sets SET permissions = ?", (stored,))
    assert may(app) == frozenset()


def test_a_set_never_permits_what_lacks_its_base(app):
    give_set(app, {Permission.EXPORT, Permission.SEE_AUDIT, Permission.SEE_PEOPLE})
    assert may(app) == READS


def test_ada_makes_a_set_from_an_offer_and_gives_it_to_sol(app, visit):
    with app.app_context(), write() as session:
        session.add(ContactGroup(name="Youth"))
    page = visit("/users/permissions/add?start=group", "ada")
    fields = page.fields() | {"groups": "1", "permissions_0": "send_texts"}
    assert fields["name"] == "Texts one group"
    assert visit("/users/permissions/add", "ada", **fields).status_code == 303
    assert "Anyone with it may text Youth" in visit("/users/permissions", "ada").words
    with app.app_context():
        sol = find_user_by_name("sol").id
    address = f"/users/{sol}/permissions"
    assert visit(address, "ada", permission_set="1").status_code == 303
    assert "Sol may text Youth" in visit(f"/users/{sol}/edit", "ada").words
    assert visit("/community", "sol").status_code == 200
    assert visit("/events", "sol").status_code == 403
    assert visit("/users/permissions/1/delete", "ada", go="1").status_code == 303
    assert "Give them another one first" in visit("/users/permissions/1/edit", "ada").words
    assert visit(address, "ada", permission_set="").status_code == 303
    assert may(app) == DEFAULT_PERMISSIONS
    with app.app_context():
        verbs = db.session.scalars(select(AuditEvent.verb)).all()
        assert "permission_set.added" in verbs
        assert verbs.count("user.permissions_changed") == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "x" * 81}, "up to 80 characters"),
        ({"permissions_3": "export"}, "“Export lists and results” needs “See phone numbers”."),
        (
            {"permissions_3": "change_settings", "reaches_everybody": ""},
            "counts for the whole community only.",
        ),
    ],
)
def test_a_set_that_cannot_be_is_refused_beside_its_field(visit, fields, sentence):
    typed = {"name": "Ours", "reaches_everybody": "y"} | fields
    page = visit("/users/permissions/add", "ada", **{k: v for k, v in typed.items() if v})
    assert page.status_code == 422
    assert sentence in page.words


def test_two_sets_have_two_names_in_any_case(app, visit):
    give_set(app, READS)
    page = visit("/users/permissions/add", "ada", name="THEIR SET")
    assert page.status_code == 422
    assert "There is a permission set with this name already." in page.words


def test_the_page_of_an_admin_offers_no_set(app, visit):
    give_set(app, READS)
    assert "is an admin" in visit("/users/1/permissions", "ada").words
    assert visit("/users/1/permissions", "ada", permission_set="1").status_code == 303
    assert may(app, "ada") == set(Permission)


def test_a_set_that_is_not_there_is_refused(app, visit):
    with app.app_context():
        sol, row = find_user_by_name("sol").id, db.session.get(PermissionSet, 1)
    assert row is None
    assert visit(f"/users/{sol}/permissions", "ada", permission_set="1").status_code == 422


def test_whoever_signs_in_within_a_request_is_asked_anew(app):
    with app.test_request_context():
        answers = []
        for name in ("ada", "sol", "ada"):
            login_user(find_user_by_name(name), force=True)
            answers.append((has_access(Entrance.ADMIN), has_access(Permission.SEE_PEOPLE)))
        logout_user()
        answers.append((has_access(Entrance.SIGNED_IN), has_access(Permission.SEE_PEOPLE)))
    assert answers == [(True, True), (False, True), (True, True), (False, False)]


def test_no_permission_is_called_like_an_entrance():
    assert not {need.value for need in Permission} & {need.value for need in Entrance}
