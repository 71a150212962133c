"""Admins list, add, change and delete users."""

import threading

import pytest
from sqlalchemy import select

from app.accounts import queries
from app.accounts.actions import user_changes
from app.accounts.models import AppUser
from app.audit.models import AuditEvent
from app.core.db import db, write
from app.domain.accounts.roles import Role
from tests.accounts.sign_in_form import sign_in
from tests.sample_people import PASSWORD

GOOD_PASSWORD = "seven green bottles hang"


def load_user(app, username):
    """Return the current row of a user."""
    with app.app_context():
        return queries.find_user_by_name(username)


def add_user(visit, username="Kim", role="social_manager", password=GOOD_PASSWORD, **fields):
    """Post the form for a new user."""
    return visit("/users/add", "ada", username=username, role=role, password=password, **fields)


def add_second_admin(app, username="bob"):
    """Insert another admin, who cannot sign in."""
    with app.app_context(), write():
        return user_changes.create_user(username, "no hash", Role.ADMIN).id


def test_everybody_is_listed_with_name_and_role(visit):
    page = visit("/users", "ada")
    assert "Can write and send blasts, answer the inbox" in page.words
    for word in (
        "ada",
        "(you)",
        "sol",
        "Admin",
        "Social manager",
        "Add a second admin",
    ):
        assert word in page.words


def test_the_advice_to_have_two_admins_ends_when_there_are_two(visit, app):
    add_second_admin(app)
    assert "Add a second admin" not in visit("/users", "ada").words


@pytest.mark.parametrize(
    "query",
    [
        "sort=role&dir=desc",
        "sort=password_hash",
        "page=99",
        "per_page=1",
        "search=%25",
        "search=SO",
    ],
)
def test_no_parameter_of_the_list_breaks_it(visit, query):
    assert visit(f"/users?{query}", "ada").status_code == 200


def test_the_list_is_searched_by_name(visit):
    page = visit("/users?search=SO", "ada")
    assert "/users/2/edit" in page.text
    assert "/users/1/edit" not in page.text


def test_only_admins_may_manage_users(visit):
    for address in ("/users", "/users/add", "/users/1/edit"):
        assert visit(address, "sol").status_code == 403
    assert visit.post("/users/1/delete", "sol").status_code == 403


def test_a_new_user_signs_in_and_chooses_a_password(visit, app):
    assert add_user(visit, must_change_password="y").status_code == 303
    assert load_user(app, "kim").must_change_password
    sign_in(visit, "kim", GOOD_PASSWORD)
    assert visit("/").location == "/account/password"


def test_a_new_user_who_need_not_choose_goes_straight_home(visit, app):
    add_user(visit, role="admin")
    kim = load_user(app, "kim")
    assert (kim.role, kim.must_change_password) == (Role.ADMIN, False)


def test_a_name_that_is_taken_is_said_beside_the_field_and_kept(visit):
    page = add_user(visit, username="SOL")
    assert page.status_code == 422
    assert "That username is taken." in page.words
    assert 'value="SOL"' in page.text


def test_every_error_is_shown_and_the_name_is_cleaned(visit, app):
    page = add_user(visit, username=" \u200b ", role="root", password="short")
    assert page.status_code == 422
    for said in ("Enter a username.", "Choose a role.", "at least 15 characters"):
        assert said in page.words
    assert "80 characters" in add_user(visit, username="x" * 81).words
    add_user(visit, username="Kim\x00\x1b \u202e Lee\n")
    assert load_user(app, "Kim Lee") is not None


def test_what_was_done_is_in_the_audit_without_the_password(visit, app):
    add_user(visit)
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
    assert (event.who, event.verb, event.about) == ("ada", "user.added", "Kim")
    assert GOOD_PASSWORD not in (event.details or "")


def test_a_role_and_a_name_are_changed(visit, app):
    page = visit("/users/2/edit", "ada", username="Solveig", role="admin")
    assert page.status_code == 303
    assert load_user(app, "solveig").role == Role.ADMIN
    with app.app_context():
        details = db.session.scalar(select(AuditEvent.details))
    assert details == '{"username": ["sol", "Solveig"], "role": ["Social manager", "Admin"]}'


def test_a_changed_role_counts_at_the_very_next_page(visit):
    assert visit("/users", "sol").status_code == 403
    visit("/users/2/edit", "ada", username="sol", role="admin")
    assert visit("/users", "sol").status_code == 200


def test_a_password_from_an_admin_is_for_one_sign_in_and_ends_all_sessions(visit, app):
    assert visit("/account/password", "sol").status_code == 200
    visit("/users/2/edit", "ada", username="sol", role="social_manager", password=GOOD_PASSWORD)
    assert visit("/account/password", "sol").location.startswith("/login")
    assert sign_in(visit, "sol", PASSWORD).status_code == 422
    assert sign_in(visit, "sol", GOOD_PASSWORD).status_code == 303
    assert visit("/").location == "/account/password"


def test_an_empty_password_changes_none(visit, app):
    before = load_user(app, "sol").password_hash
    visit("/users/2/edit", "ada", username="sol", role="social_manager", password="")
    assert load_user(app, "sol").password_hash == before


def test_a_weak_password_and_a_taken_name_are_refused(visit):
    page = visit("/users/2/edit", "ada", username="ADA", role="social_manager", password="")
    assert page.status_code == 422
    assert "That username is taken." in page.words
    assert (
        "at least 15"
        in visit("/users/2/edit", "ada", username="sol", role="admin", password="short").words
    )


def test_ones_own_password_is_not_changed_here(visit):
    assert 'name="password"' not in visit("/users/1/edit", "ada").text
    page = visit("/users/1/edit", "ada", username="ada", role="admin", password=GOOD_PASSWORD)
    assert page.status_code == 422


def test_the_last_admin_stays_an_admin(visit, app):
    page = visit("/users/1/edit", "ada", username="ada", role="social_manager")
    assert page.status_code == 422
    assert "This is the only admin." in page.words
    assert load_user(app, "ada").is_admin


def test_one_of_two_admins_may_step_down(visit, app):
    add_second_admin(app)
    assert visit("/users/1/edit", "ada", username="ada", role="social_manager").status_code == 303
    assert visit("/users", "ada").status_code == 403


def test_sol_is_deleted(visit, app):
    page = visit.post("/users/2/delete", "ada")
    assert (page.status_code, page.location) == (303, "/users")
    assert load_user(app, "sol") is None


def test_nobody_deletes_themselves(visit, app):
    add_second_admin(app)
    visit.post("/users/1/delete", "ada")
    assert "You can't delete your own account." in visit("/users", "ada").words
    assert load_user(app, "ada") is not None


@pytest.mark.parametrize(
    "address",
    [
        "/users/99/edit",
        "/users/0/edit",
        "/users/99999999999999999999/edit",
        "/users/x/edit",
    ],
)
def test_a_user_who_is_not_there_is_not_found(visit, address):
    assert visit(address, "ada").status_code == 404


def test_deleting_somebody_who_is_gone_is_not_found(visit):
    assert visit.post("/users/99/delete", "ada").status_code == 404


def test_two_admins_who_demote_each_other_at_once_leave_one(app):
    ids = [1, add_second_admin(app)]
    start = threading.Barrier(2)

    def demote(user_id):
        with app.app_context():
            start.wait()
            try:
                with write():
                    user_changes.update_user(user_id, f"user{user_id}", Role.SOCIAL_MANAGER)
            except user_changes.LastAdminError:
                pass

    threads = [threading.Thread(target=demote, args=(each,)) for each in ids]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with app.app_context():
        admins = db.session.scalars(select(AppUser.id).where(AppUser.role == Role.ADMIN)).all()
    assert len(admins) == 1
