"""Signing in and out, and what a session is worth. Cases A4, A8, A15 and A17."""

import pytest
from sqlalchemy import select

from app.accounts import password_hashes, queries
from app.accounts.actions import user_changes
from app.accounts.models import AppUser, LoginAttempt
from app.accounts.password_hashes import build_dummy_hash, hash_password, verify_password
from app.audit.models import AuditEvent
from app.core.db import db, write
from tests.accounts.sign_in_form import sign_in
from tests.app_cache import REAL_PASSWORD_HASH_METHOD
from tests.sample_people import PASSWORD

WRONG_CREDENTIALS = "Wrong username or password."


def test_ada_signs_in_and_is_taken_home(visit):
    page = sign_in(visit, "ada")
    assert (page.status_code, page.location) == (303, "/")
    assert visit("/account/password").status_code == 200


def test_capitals_and_blanks_around_the_name_do_not_matter(visit):
    assert sign_in(visit, "  ADA ").status_code == 303


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(visit):
    wrong = sign_in(visit, "ada", "not this one, sorry")
    unknown = sign_in(visit, "eve", "not this one, sorry")
    assert wrong.status_code == unknown.status_code == 422
    assert WRONG_CREDENTIALS in wrong.words
    assert wrong.words == unknown.words
    assert 'value="ada"' in wrong.text
    assert "not this one" not in wrong.text


def test_an_empty_form_is_a_wrong_try_like_any_other(visit):
    page = sign_in(visit, "", "")
    assert page.status_code == 422
    assert WRONG_CREDENTIALS in page.words


def test_the_page_that_was_asked_for_comes_after_signing_in(visit):
    closed = visit("/users?sort=role")
    assert closed.status_code == 302
    page = sign_in(visit, "ada", address=closed.location)
    assert (page.status_code, page.location) == (303, "/users?sort=role")


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/logout",
        "/nowhere",
    ],
)
def test_next_never_leads_to_another_site_or_a_page_that_cannot_be_opened(visit, next_page):
    page = sign_in(visit, "ada", address=f"/login?next={next_page}")
    assert page.location == "/"


def test_the_session_before_is_not_the_one_after(visit):
    browser = visit.browser("")
    with browser.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(visit, "ada")
    with browser.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"].startswith("1:")


def test_whoever_is_signed_in_needs_no_sign_in_page(visit):
    assert visit("/login?next=/audit", "ada").location == "/audit"


def test_remembered_for_thirty_days_only_when_asked(visit):
    assert (
        "remember_token"
        not in sign_in(visit, "sol").response.headers.get_all("Set-Cookie").__repr__()
    )
    visit.browsers.clear()
    cookies = sign_in(visit, "ada", remember="y").response.headers.getlist("Set-Cookie")
    remembered = next(cookie for cookie in cookies if cookie.startswith("remember_token="))
    assert "HttpOnly" in remembered
    assert "SameSite=Lax" in remembered
    browser = visit.browser("")
    browser.delete_cookie("session")
    assert visit("/account/password").status_code == 200


def test_signing_out_forgets_the_session_and_the_device(visit):
    sign_in(visit, "ada", remember="y")
    visit.tokens[""] = visit("/account/password").fields(-1)["csrf_token"]
    assert visit.post("/logout").location == "/login"
    assert visit("/account/password").location.startswith("/login")
    assert visit.browser("").get_cookie("remember_token") is None


def test_signing_out_is_never_a_mere_link(visit):
    assert visit("/logout", "ada").status_code == 405
    assert visit("/account/password", "ada").status_code == 200


def test_a_user_who_is_deleted_is_signed_out_at_once(visit, app):
    assert visit("/account/password", "sol").status_code == 200
    with app.app_context(), write():
        user_changes.delete_user(2, by=1)
    assert visit("/account/password", "sol").location.startswith("/login")
    assert sign_in(visit, "sol").status_code == 422


def test_an_unknown_role_has_no_permission_and_breaks_nothing(visit, app):
    visit.browser("sol")
    with app.app_context(), write() as session:
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql("UPDATE users SET role = 'root' WHERE username = 'sol'")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")
    for address in ("/account/password", "/users", "/settings"):
        assert visit(address, "sol").status_code == 403
    assert visit("/users", "ada").status_code == 200
    assert visit("/users/2/edit", "ada").status_code == 200


@pytest.mark.parametrize("damaged", ["", "md5$1$2", "scrypt:0:0:0$x$y", "argon9$x$y"])
def test_a_damaged_hash_is_a_wrong_password(visit, app, damaged):
    with app.app_context(), write() as session:
        session.execute(
            db.update(AppUser).where(AppUser.username == "sol").values(password_hash=damaged)
        )
    assert sign_in(visit, "sol").status_code == 422


def test_a_cookie_that_makes_no_sense_is_nobody(shop):
    for cookie_id in (
        "",
        ":",
        "x:y",
        "1",
        "1:",
        "1:" + "b" * 32,
        "9" * 30 + ":a",
        "١:a",
        "99:a",
    ):
        assert queries.load_session(cookie_id) is None
    assert queries.load_session("1:" + "a" * 32)[0].username == "ada"


def test_names_are_the_same_in_capitals_in_every_alphabet(shop):
    with write():
        user_changes.create_user("émile", "no hash", "social_manager")
    assert queries.find_user_by_name("ÉMILE").username == "émile"
    assert queries.find_user_by_name("emile") is None


def test_checking_an_unknown_name_is_as_slow_as_checking_a_known_one(monkeypatch):
    """With the method of the program, which the other tests replace by a cheap one."""
    monkeypatch.setattr(password_hashes, "PASSWORD_HASH_METHOD", REAL_PASSWORD_HASH_METHOD)
    stored = hash_password(PASSWORD)
    method = stored.split("$")[0]
    assert method == "scrypt:32768:8:3"
    assert build_dummy_hash().split("$")[0] == method
    assert len(build_dummy_hash()) == len(stored)
    assert verify_password(stored, PASSWORD)
    assert not verify_password(stored, "not this one, sorry")
    assert not verify_password(build_dummy_hash(), PASSWORD)


def test_tries_are_written_down_without_what_was_typed_for_a_name(visit, app):
    sign_in(visit, "my secret in the wrong field", "x")
    sign_in(visit, "Ada", "x")
    sign_in(visit, "ada")
    with app.app_context():
        acts = [
            (each.verb, each.who, each.user_id)
            for each in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        ]
    assert acts == [
        ("sign_in.refused", "", None),
        ("sign_in.refused", "ada", 1),
        ("sign_in", "ada", 1),
    ]


def test_a_right_password_takes_its_own_try_back(visit, app):
    sign_in(visit, "ada", "wrong")
    sign_in(visit, "ada", PASSWORD)
    with app.app_context():
        counts = db.session.scalars(select(LoginAttempt.attempt_count)).all()
    # Of the address, of the name, and of the name's day.
    assert counts == [1, 1, 1]
