"""Sol changes a password, and the colours."""

import pytest

from app.accounts import queries
from app.accounts.models import AppUser
from app.core.db import db, write
from tests.accounts.signing import sign_in
from tests.sample_people import PASSWORD

NEW = "seven green bottles hang"


def change(visit, who="sol", current=PASSWORD, new=NEW, confirm=None):
    """Post the password form."""
    fields = {
        "current_password": current,
        "new_password": new,
        "confirm_password": new if confirm is None else confirm,
    }
    return visit("/account/password", who, **fields)


def must_change(app, username="sol"):
    """An admin gave this user a password for one sign-in."""
    with app.app_context(), write() as session:
        session.execute(
            db.update(AppUser).where(AppUser.username == username).values(must_change_password=True)
        )


def test_a_new_password_counts_from_now_on_and_the_old_one_does_not(visit):
    page = change(visit)
    assert (page.status_code, page.location) == (303, "/account/password")
    assert sign_in(visit, "sol").status_code == 422
    assert sign_in(visit, "sol", NEW).status_code == 303


def test_every_other_session_ends_and_this_one_stays(visit, app):
    elsewhere = app.test_client()
    with elsewhere.session_transaction() as session:
        session["_user_id"] = "2:" + "b" * 32
    assert elsewhere.get("/account/password").status_code == 200
    change(visit)
    assert visit("/account/password", "sol").status_code == 200
    assert elsewhere.get("/account/password").status_code == 302


def test_a_device_that_was_remembered_elsewhere_is_forgotten(visit, app):
    sign_in(visit, "sol", remember="y")
    stolen = visit.browser("").get_cookie("remember_token").value
    change(visit)
    elsewhere = app.test_client()
    elsewhere.set_cookie("remember_token", stolen)
    assert elsewhere.get("/account/password").status_code == 302


def test_the_current_password_is_asked_for(visit):
    page = change(visit, current="something else")
    assert page.status_code == 422
    assert "That is not your current password." in page.words


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("fourteen chars", "Use at least 15 characters."),
        ("password1234567", "words and rows of keys"),
        ("dear sol of the house", "your user name"),
        ("riverside community 1", "the organisation's name"),
        (PASSWORD, "the password you have now"),
        ("x" * 129, "longer than 128"),
    ],
)
def test_a_password_that_is_not_worth_having_is_refused_with_the_reason(visit, new, said):
    page = change(visit, new=new)
    assert page.status_code == 422
    assert said in page.words
    assert new not in page.text


def test_everything_that_is_wrong_is_said_at_once(visit):
    page = change(visit, current="no", new="short", confirm="other")
    for said in (
        "not your current password",
        "at least 15 characters",
        "not the same as the new password",
    ):
        assert said in page.words


def test_blanks_around_a_password_belong_to_it(visit):
    change(visit, new=f"  {NEW}  ")
    assert sign_in(visit, "sol", NEW).status_code == 422
    assert sign_in(visit, "sol", f"  {NEW}  ").status_code == 303


def test_a_password_for_one_sign_in_leads_nowhere_but_to_its_change(visit, app):
    visit.browser("sol")
    must_change(app)
    assert visit("/", "sol").location == "/account/password"
    page = visit("/account/password", "sol")
    assert "Choose a password of your own" in page.words
    assert "Colours" not in page.words
    done = change(visit)
    assert (done.status_code, done.location) == (303, "/")
    assert visit("/", "sol").status_code == 200


def test_somebody_who_must_change_it_may_still_sign_out(visit, app):
    token = visit.token("sol")
    must_change(app)
    assert visit("/logout", "sol", csrf_token=token).location == "/login"


@pytest.mark.parametrize("theme", ["dark", "light", ""])
def test_colours_are_kept_with_the_user(visit, app, theme):
    assert visit("/account/theme", "sol", theme=theme).status_code == 303
    assert (f'data-theme="{theme}"' in visit("/account/password", "sol").text) == bool(theme)
    with app.app_context():
        assert queries.find_user_by_name("sol").theme == theme


def test_colours_that_are_none_of_ours_are_refused(visit, app):
    page = visit("/account/theme", "sol", theme='x" onload="alert(1)')
    assert page.status_code == 422
    assert "Choose one of these." in page.words
