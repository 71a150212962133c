"""Users are disabled and enabled, keep their history, and are seen in the list."""

import threading

import pytest
from sqlalchemy import select, update

from app.accounts import queries
from app.accounts.actions import user_changes
from app.accounts.models import AppUser
from app.accounts.own_phone_queries import find_own_phone
from app.accounts.sender_limit_queries import list_approvers
from app.accounts.told_users_queries import list_told_users
from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.domain.accounts.roles import Role
from tests.accounts.sign_in_form import sign_in
from tests.sample_people import ZOE
from tests.visit import Visitor

ADA, SOL = 1, 2


def add_admin(app, username="bob"):
    """Insert another admin, who cannot sign in with a password; return the id."""
    with app.app_context(), write():
        return user_changes.create_user(username, "no hash", Role.ADMIN).id


def test_sol_is_disabled_at_once_and_what_they_did_stays(visit, app):
    """Z5."""
    sol = Visitor(app)
    assert sol("/community", "sol").status_code == 200
    page = visit.post(f"/users/{SOL}/disable", "ada")
    assert page.location == f"/users/{SOL}/edit"
    assert sol("/community", "sol").status_code == 302
    assert "disabled" in visit("/users", "ada").words
    refused = sign_in(Visitor(app), "sol")
    assert refused.status_code == 422
    assert "Wrong username or password." in refused.words
    with app.app_context():
        assert queries.find_user(SOL) is not None
        assert "user.disabled" in db.session.scalars(select(AuditEvent.verb)).all()


def test_enabling_needs_no_new_password_and_says_since_when(visit, app):
    visit.post(f"/users/{SOL}/disable", "ada")
    visit.post(f"/users/{SOL}/enable", "ada")
    assert "They were disabled since today" in visit("/users", "ada").words
    assert sign_in(Visitor(app), "sol").status_code == 303


def test_no_one_disables_themselves_or_the_last_admin(visit, app):
    """Z6."""
    visit.post(f"/users/{ADA}/disable", "ada")
    assert "can't disable your own account" in visit("/users", "ada").words
    with app.app_context():
        with pytest.raises(user_changes.LastAdminError), write():
            user_changes.disable_user(ADA, by=SOL)
        assert queries.find_user(ADA).disabled_at is None


def test_a_disabled_admin_is_no_other_admin(visit, app):
    """Z6: bob is an admin, but cannot sign in: ada stays one."""
    bob = add_admin(app)
    visit.post(f"/users/{bob}/disable", "ada")
    assert "Add a second admin" in visit("/users", "ada").words
    page = visit(f"/users/{ADA}/edit", "ada", username="ada", role="social_manager")
    assert "This is the only admin" in page.words


def test_two_admins_who_disable_each_other_at_once_leave_one(app):
    """Z6."""
    bob = add_admin(app)
    barrier = threading.Barrier(2)

    def disable(user_id, by):
        with app.app_context():
            barrier.wait()
            try:
                with write():
                    user_changes.disable_user(user_id, by=by)
            except user_changes.LastAdminError:
                pass

    threads = [threading.Thread(target=disable, args=pair) for pair in ((ADA, bob), (bob, ADA))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        left = select(AppUser.id).where(AppUser.role == Role.ADMIN, AppUser.disabled_at.is_(None))
        assert len(db.session.scalars(left).all()) == 1


def test_disabled_users_hear_nothing_and_approve_nothing(shop):
    with write():
        user = db.session.get(AppUser, SOL)
        user.role, user.phone, user.disabled_at = Role.ADMIN, ZOE, now()
    user = queries.find_user(SOL)
    assert find_own_phone(user) is None
    assert [approver.id for approver in list_approvers(None)] == [ADA]
    assert SOL not in [told.id for told in list_told_users()]
    assert queries.list_admin_names() == ["Ada"]


def test_the_list_says_who_was_seen_when_and_who_must_change_a_password(visit, app):
    with app.app_context(), write():
        db.session.execute(update(AppUser).where(AppUser.id == SOL).values(last_seen_at=now()))
        db.session.execute(
            update(AppUser).where(AppUser.id == SOL).values(must_change_password=True)
        )
    words = visit("/users?sort=last_seen_at&dir=desc", "ada").words
    assert "today" in words
    assert "must change password" in words
    assert "never" in words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("s0l", "looks like the name of another user, sol"),
        ("\u0455ol", "one alphabet"),
        ("s\u00adol", "That username is taken"),
        ("\u0430d\u0430", "looks like the name of another user, ada"),
        ("SOL", "That username is taken"),
    ],
)
def test_names_that_look_like_another_users_are_refused(visit, typed, sentence):
    """F14."""
    page = visit("/users/add", "ada", username=typed, role="social_manager")
    assert page.status_code == 422
    assert sentence in page.words


def test_a_display_name_that_looks_like_another_users_is_refused(visit):
    """F14."""
    page = visit("/account/name", "sol", display_name="\u0410\u0501a")
    assert page.status_code == 422
    page = visit("/account/name", "sol", display_name="Adа Lovelace")
    assert "one alphabet" in page.words


def test_a_name_that_was_stored_before_keeps(visit, app):
    with app.app_context(), write():
        db.session.execute(update(AppUser).where(AppUser.id == SOL).values(username="s\u043el"))
    page = visit(f"/users/{SOL}/edit", "ada", username="s\u043el", role="admin")
    assert page.status_code == 303


def test_a_name_of_a_former_user_is_not_given_again(visit, app):
    """F14: notes and drafts name users as they were called."""
    visit("/account/theme", "sol", theme="dark")
    visit("/account/name", "sol", display_name="Solomon")
    visit.post(f"/users/{SOL}/delete", "ada")
    for name in ("Sol", "s0l"):
        page = visit("/users/add", "ada", username=name, role="social_manager")
        assert "A former user had this name" in page.words
    page = visit("/users/add", "ada", username="sol2", role="social_manager")
    assert page.status_code == 200


def test_a_user_may_have_their_own_former_name_again(visit):
    visit("/account/name", "sol", display_name="Solomon")
    edit = {"role": "social_manager"}
    assert visit(f"/users/{SOL}/edit", "ada", username="solomon", **edit).status_code == 303
    assert visit(f"/users/{SOL}/edit", "ada", username="sol", **edit).status_code == 303


def test_an_address_is_a_whole_one_and_belongs_to_one_user(visit):
    edit = {"username": "sol", "role": "social_manager"}
    assert visit("/users/2/edit", "ada", email="Sol@Example.org", **edit).status_code == 303
    page = visit("/users/add", "ada", username="kim", role="admin", email="sol@example.ORG")
    assert "Another user has this address." in page.words
    page = visit("/users/2/edit", "ada", email="sol at example", **edit)
    assert "Enter an address such as" in page.words
    assert visit("/users/2/edit", "ada", **edit).status_code == 303
    assert "Sol@Example.org" in visit("/users/2/edit", "ada").text
    assert visit("/users/2/edit", "ada", email="", **edit).status_code == 303
    assert "Sol@Example.org" not in visit("/users/2/edit", "ada").text
