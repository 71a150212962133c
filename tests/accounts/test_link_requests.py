"""A forgotten password: a link by e-mail, and the same answer for every name."""

import threading

import pytest
from sqlalchemy import select, update

from app.accounts import queries
from app.accounts.link_models import AccountLink
from app.accounts.models import AppUser
from app.accounts.views.link_requests import MAIL_THREAD_NAME, MAX_REQUESTS
from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from tests.accounts.link_pages import find_link_path, make_link, use_link
from tests.accounts.sign_in_form import sign_in
from tests.mail_server import run_mail_server
from tests.visit import Visitor

SOL = 2
ADDRESS = "sol@example.org"


@pytest.fixture
def mailing(make_app):
    """An app with a mail server, where Sol has a confirmed address, and the server."""
    with run_mail_server() as server:
        app = make_app(**server.settings())
        set_email(app, verified_at=now())
        yield app, server


def set_email(app, **values):
    """Give Sol an address."""
    columns = {"email": ADDRESS, "email_verified_at": values.get("verified_at")}
    with app.app_context(), write():
        db.session.execute(update(AppUser).where(AppUser.id == SOL).values(**columns))


def ask(app, name):
    """Ask for a link as a stranger, and wait for the thread that mails it."""
    page = Visitor(app)("/login/forgot", name=name)
    for thread in threading.enumerate():
        if thread.name == MAIL_THREAD_NAME:
            thread.join()
    return page


def list_acts_of_sol(app):
    """What the audit tells of Sol, by the user's id: nobody was signed in."""
    with app.app_context():
        verbs = select(AuditEvent.verb).where(AuditEvent.user_id == SOL, AuditEvent.who == "sol")
        return db.session.scalars(verbs.order_by(AuditEvent.id)).all()


def count_links(app):
    """How many links there are."""
    with app.app_context():
        return len(db.session.scalars(select(AccountLink.id)).all())


@pytest.mark.parametrize("name", ["sol", "SOL", ADDRESS, "Sol@Example.org"])
def test_sol_gets_a_link_and_chooses_another_password(mailing, name):
    app, server = mailing
    assert "a link is on its way" in ask(app, name).words
    (mail,) = server.mails
    assert mail["To"] == ADDRESS
    assert "http://sms.example.org/account/link?token=" in mail.get_content()
    stranger = Visitor(app)
    assert use_link(stranger, find_link_path(mail.get_content())).status_code == 303
    assert sign_in(Visitor(app), "sol").status_code == 422
    acts = ["password.link_asked", "password.chosen", "sign_in", "sign_in.refused"]
    assert list_acts_of_sol(app) == acts


def test_every_name_gets_the_same_answer(mailing):
    """A4, for this page."""
    app, server = mailing
    answers = {ask(app, name).words for name in ("sol", "ada", "nobody", "x@example.org")}
    assert len(answers) == 1
    assert len(server.mails) == 1


def test_an_address_that_is_not_confirmed_gets_nothing(mailing):
    app, server = mailing
    set_email(app, verified_at=None)
    ask(app, "sol")
    assert server.mails == []


def test_a_stranger_cannot_end_a_link_that_an_admin_made(mailing):
    app, server = mailing
    path = make_link(Visitor(app), SOL)
    server.mails.clear()
    ask(app, "sol")
    assert server.mails == []
    assert Visitor(app)(path).status_code == 200


def test_a_stranger_cannot_fill_somebodys_mailbox(mailing):
    app, server = mailing
    codes = [ask(app, "sol").status_code for _ in range(MAX_REQUESTS + 1)]
    assert codes == [200] * MAX_REQUESTS + [429]
    assert len(server.mails) == 1


def test_a_disabled_user_gets_nothing(mailing):
    app, server = mailing
    with app.app_context(), write():
        db.session.execute(update(AppUser).where(AppUser.id == SOL).values(disabled_at=now()))
    ask(app, "sol")
    assert (server.mails, count_links(app)) == ([], 0)


def test_a_link_that_could_not_be_mailed_is_taken_back(mailing):
    app, server = mailing
    server.refusals["RCPT"] = "550 no"
    ask(app, "sol")
    assert count_links(app) == 0


def test_without_mail_the_page_says_whom_to_ask(visit):
    page = visit("/login/forgot")
    assert "Ask an admin of your organization" in page.words
    assert "user reset-password" in page.words
    assert page.forms == []
    assert "Forgot your password?" in visit("/login").words


@pytest.mark.parametrize("name", ["", "  ", "x" * 255])
def test_what_can_be_no_name_is_refused(mailing, name):
    assert ask(mailing[0], name).status_code == 422


def test_sol_confirms_an_address(mailing):
    app, server = mailing
    sol = Visitor(app)
    page = sol("/account/email", "sol", email="new@example.org")
    assert page.status_code == 303
    assert "An e-mail with a link was sent to new@example.org" in sol("/account/email", "sol").words
    (mail,) = server.mails
    assert mail["To"] == "new@example.org"
    token = mail.get_content().partition("token=")[2].split()[0]
    stranger = Visitor(app)
    assert (
        "Is new@example.org the address" in stranger(f"/account/email/confirm?token={token}").words
    )
    with app.app_context():
        assert queries.find_user(SOL).email_verified_at is None
    assert stranger("/account/email/confirm", token=token).status_code == 303
    assert list_acts_of_sol(app) == ["email.changed", "email.confirmed"]
    with app.app_context():
        assert queries.find_user(SOL).email_verified_at is not None


def test_a_link_for_another_address_or_from_nobody_confirms_nothing(mailing):
    app, server = mailing
    sol = Visitor(app)
    sol("/account/email", "sol", email="new@example.org")
    token = server.mails[0].get_content().partition("token=")[2].split()[0]
    sol("/account/email", "sol", email="other@example.org")
    for each in (token, "x", ""):
        assert Visitor(app)("/account/email/confirm", token=each).status_code == 403
    with app.app_context():
        assert queries.find_user(SOL).email_verified_at is None


def test_the_same_address_stays_confirmed(mailing):
    app, server = mailing
    Visitor(app)("/account/email", "sol", email=ADDRESS)
    assert server.mails == []
    with app.app_context():
        assert queries.find_user(SOL).email_verified_at is not None
