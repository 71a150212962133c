"""What the next page says waits on the server: the cookie names nobody (F30)."""

import json

from sqlalchemy import select

from app.accounts.models import LoginSession
from app.core.db import db
from tests.sample_people import ZOE
from tests.sample_rows import add_member


def read_cookie(visit, who):
    """Return what anybody at the computer can read in the session cookie."""
    with visit.browser(who).session_transaction() as session:
        return str(dict(session))


def read_rows(app):
    """Return what the sessions keep for their next pages."""
    with app.app_context():
        return [row for row in db.session.scalars(select(LoginSession.flashes)) if row]


def test_a_name_is_said_on_the_next_page_and_is_in_no_cookie(visit, app):
    visit("/community/add", "ada", name="Zoe Private", phone=ZOE)
    assert "Zoe" not in read_cookie(visit, "ada")
    assert "flash_key" in read_cookie(visit, "ada")
    [row] = read_rows(app)
    assert "Zoe Private" in json.loads(row)["messages"][0][1]
    assert "Zoe Private" in visit("/events", "ada").words
    assert "Zoe Private" not in visit("/events", "ada").words


def test_two_browsers_of_a_user_do_not_take_each_others_messages(visit, app):
    other = app.test_client()
    other.set_cookie("session", visit.browser("ada").get_cookie("session").value)
    visit("/community/add", "ada", name="Zoe Private", phone=ZOE)
    assert b"Zoe Private" not in other.get("/events").data
    assert "Zoe Private" in visit("/events", "ada").words


def test_erasing_a_person_forgets_messages_that_wait(visit, app):
    with app.app_context():
        add_member(ZOE, "Zoe Private")
    visit("/community/add", "ada", name="Leo", phone="+13035550143")
    assert read_rows(app)
    person = visit.find_person_page(ZOE)
    assert visit.post(f"{person}/erase", "ada").location == "/community"
    assert not any("Leo" in row for row in read_rows(app))
