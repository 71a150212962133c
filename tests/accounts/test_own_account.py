"""Users change their own password and colours. Case A2."""

import re

import pytest

from app.accounts import queries
from app.accounts.models import AppUser
from app.core.db import db, write
from tests.accounts.sign_in_form import sign_in
from tests.sample_people import PASSWORD

NEW_PASSWORD = "seven green bottles hang"


def change_password(visit, who="sol", current=PASSWORD, new=NEW_PASSWORD, confirm=None):
    """Post the form that changes the password."""
    fields = {
        "current_password": current,
        "new_password": new,
        "confirm_password": new if confirm is None else confirm,
    }
    return visit("/account/password", who, **fields)


def require_password_change(app, username="sol"):
    """Mark the password of this user as one that must be changed."""
    with app.app_context(), write() as session:
        session.execute(
            db.update(AppUser).where(AppUser.username == username).values(must_change_password=True)
        )


def test_a_new_password_counts_from_now_on_and_the_old_one_does_not(visit):
    page = change_password(visit)
    assert (page.status_code, page.location) == (303, "/account/password")
    assert sign_in(visit, "sol").status_code == 422
    assert sign_in(visit, "sol", NEW_PASSWORD).status_code == 303


def test_every_other_session_ends_and_this_one_stays(visit, app):
    elsewhere = app.test_client()
    with elsewhere.session_transaction() as session:
        session["_user_id"] = "2:" + "b" * 32
    assert elsewhere.get("/account/password").status_code == 200
    change_password(visit)
    assert visit("/account/password", "sol").status_code == 200
    assert elsewhere.get("/account/password").status_code == 302


def test_a_device_that_was_remembered_elsewhere_is_forgotten(visit, app):
    sign_in(visit, "sol", remember="y")
    stolen = visit.browser("").get_cookie("remember_token").value
    change_password(visit)
    elsewhere = app.test_client()
    elsewhere.set_cookie("remember_token", stolen)
    assert elsewhere.get("/account/password").status_code == 302


def test_the_current_password_is_asked_for(visit):
    page = change_password(visit, current="something else")
    assert page.status_code == 422
    assert "That is not your current password." in page.words


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("fourteen chars", "Use at least 15 characters."),
        ("password1234567", "too easy to guess"),
        ("dear sol of the house", "your username"),
        ("riverside community 1", "your organization's name"),
        (PASSWORD, "your current password. Choose"),
        ("x" * 129, "up to 128"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(visit, new, message):
    page = change_password(visit, new=new)
    assert page.status_code == 422
    assert message in page.words
    assert new not in page.text


def test_all_errors_are_shown_at_once(visit):
    page = change_password(visit, current="no", new="short", confirm="other")
    for message in (
        "not your current password",
        "at least 15 characters",
        "passwords don’t match",
    ):
        assert message in page.words


def test_blanks_around_a_password_belong_to_it(visit):
    change_password(visit, new=f"  {NEW_PASSWORD}  ")
    assert sign_in(visit, "sol", NEW_PASSWORD).status_code == 422
    assert sign_in(visit, "sol", f"  {NEW_PASSWORD}  ").status_code == 303


def test_a_temporary_password_opens_only_the_page_that_changes_it(visit, app):
    visit.browser("sol")
    require_password_change(app)
    assert visit("/", "sol").location == "/account/password"
    page = visit("/account/password", "sol")
    assert "Choose a password of your own" in page.words
    assert "Colors" not in page.words
    done = change_password(visit)
    assert (done.status_code, done.location) == (303, "/")
    assert visit("/", "sol").status_code == 200


def test_somebody_who_must_change_it_may_still_sign_out(visit, app):
    token = visit.token("sol")
    require_password_change(app)
    assert visit("/logout", "sol", csrf_token=token).location == "/login"


def test_a_name_of_ones_own_is_on_every_page(visit):
    visit("/account/name", "sol", display_name="  Sol\nMartín ")
    assert "Sol Martín , your account" in visit("/", "sol").words
    assert "Sol Martín sol" in visit("/users", "ada").words
    audit = visit("/audit", "ada")
    assert "Sol Martín changed their display name" in audit.words
    # The filter asks for the id: a former user may have had the same name.
    assert re.search(r'<option value="\d+">Sol Martín</option>', audit.text)
    visit("/account/name", "ada", display_name="Ada Byron")
    assert re.search(r">ada</span>\s+<span[^>]*>\(you\)", visit("/users", "ada").text)
    visit("/account/name", "sol", display_name=" ")
    assert "Sol , your account" in visit("/", "sol").words


def test_nobody_calls_themselves_like_another_user(visit):
    """What Ada wrote, and what Sol wrote as "Ada", would look the same on every page."""
    for name in ("Ada", "ÁDA", "ad\u200ba"):
        page = visit("/account/name", "sol", display_name=name)
        assert page.status_code == 422
        assert "Another user has this name." in page.words
    assert visit("/account/name", "sol", display_name="Sol").status_code == 303


def test_a_name_that_is_too_long_is_said_and_kept(visit):
    page = visit("/account/name", "sol", display_name="x" * 81)
    assert page.status_code == 422
    assert "A name can have up to 80 characters." in page.words
    assert "x" * 81 in page.text


@pytest.mark.parametrize("theme", ["dark", "light", ""])
def test_colours_are_kept_with_the_user(visit, app, theme):
    assert visit("/account/theme", "sol", theme=theme).status_code == 303
    assert (f'data-theme="{theme}"' in visit("/account/password", "sol").text) == bool(theme)
    with app.app_context():
        assert queries.find_user_by_name("sol").theme == theme


def test_an_unknown_theme_is_refused(visit, app):
    page = visit("/account/theme", "sol", theme='x" onload="alert(1)')
    assert page.status_code == 422
    assert "Choose one of these." in page.words
