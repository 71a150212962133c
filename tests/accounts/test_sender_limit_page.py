"""An admin sets what a user may send without approval, but no limit of their own."""

from decimal import Decimal

from sqlalchemy import update

from app.accounts.models import AppUser, SenderLimit
from app.accounts.queries import find_user_by_name
from app.accounts.sender_limit_queries import find_sender_limit
from app.core.db import db, write
from app.organisation.models import Organisation

ADA, SOL = "/users/1/limit", "/users/2/limit"


def read_limits(app):
    with app.app_context():
        return [
            (row.user_id, row.max_people, row.max_money_a_day)
            for row in db.session.scalars(db.select(SenderLimit))
        ]


def set_role(app, username, role):
    with app.app_context(), write() as session:
        session.execute(update(AppUser).where(AppUser.username == username).values(role=role))


def test_a_limit_is_set_shown_changed_and_removed(app, visit):
    assert "Without approval: any blast." in visit("/users/2/edit", "ada").words
    page = visit(SOL, "ada")
    assert "Ada can approve, on the page of the blast" in page.words
    visit(SOL, "ada", max_people="1,000", max_money_a_day="")
    visit(SOL, "ada", max_people="100", max_money_a_day="")
    assert read_limits(app) == [(2, 100, None)]
    assert "up to 100 people in one blast." in visit("/users/2/edit", "ada").words
    assert 'value="100"' in visit(SOL, "ada").text
    visit(SOL, "ada", max_people="0", max_money_a_day="")
    assert "Without approval: no blast." in visit("/users/2/edit", "ada").words
    visit(SOL, "ada", max_people="", max_money_a_day="")
    assert read_limits(app) == []
    assert "changed the sending limit of the user" in visit("/audit", "ada").words


def test_what_cannot_be_read_or_compared_is_said_beside_its_field(app, visit):
    for people, money, words in (
        ("many", "", "Enter a whole number from 0"),
        ("-1", "", "Enter a whole number from 0"),
        ("", "a lot", "Enter an amount such as 40"),
        ("", "0", "For approval of every blast, enter 0 people."),
        ("5", "20", "Set the price per segment in Settings first."),
    ):
        page = visit(SOL, "ada", max_people=people, max_money_a_day=money)
        assert page.status_code == 422
        assert words in page.words
    assert read_limits(app) == []
    with app.app_context(), write() as session:
        session.execute(update(Organisation).values(price_per_segment=Decimal("0.01")))
    visit(SOL, "ada", max_people="", max_money_a_day="$20")
    assert read_limits(app) == [(2, None, Decimal(20))]
    assert "up to $20.00 a day." in visit("/users/2/edit", "ada").words


def test_the_last_admin_has_no_limit_and_no_one_lifts_their_own(app, visit):
    assert "This is the only admin, so no one could approve." in visit(ADA, "ada").words
    page = visit(ADA, "ada", max_people="5", max_money_a_day="")
    assert page.status_code == 422
    assert "no one could approve" in page.words
    set_role(app, "sol", "admin")
    assert visit(SOL, "sol", max_people="5").status_code == 422
    visit(ADA, "sol", max_people="5", max_money_a_day="")
    assert read_limits(app) == [(1, 5, None)]
    page = visit(ADA, "ada", max_people="", max_money_a_day="")
    assert "Another admin has to change your own limit." in page.words
    # Once no one else could approve, the limit holds no more.
    set_role(app, "sol", "social_manager")
    with app.app_context():
        assert find_sender_limit(find_user_by_name("ada")) is None


def test_only_admins_see_the_page(visit):
    assert visit(SOL, "sol").status_code == 403
    assert visit("/users/99/limit", "ada").status_code == 404
