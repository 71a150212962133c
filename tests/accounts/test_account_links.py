"""People choose their first password, or another one, by a link that works once. Case A2."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts import queries
from app.accounts.actions import account_links
from app.accounts.link_models import AccountLink, LinkKind
from app.accounts.models import AppUser
from app.accounts.password_hashes import NO_PASSWORD_HASH, hash_password
from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from tests.accounts.link_pages import (
    GOOD_PASSWORD,
    find_link_path,
    invite,
    make_link,
    use_link,
)
from tests.accounts.sign_in_form import sign_in
from tests.mail_server import run_mail_server
from tests.sample_people import PASSWORD
from tests.visit import Visitor

SOL = 2


def load_user(app, username):
    """Return the current row of a user."""
    with app.app_context():
        return queries.find_user_by_name(username)


def list_verbs(app):
    """The verbs of the audit, in order."""
    with app.app_context():
        return db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)).all()


def test_kim_is_invited_and_chooses_a_password_that_no_one_else_knows(visit, app):
    """A2: the admin never sees the password."""
    path = invite(visit, display_name="Kim Lee")
    assert load_user(app, "kim").password_hash == NO_PASSWORD_HASH
    assert "invited" in visit("/users", "ada").words
    page = visit(path)
    assert "Hello Kim Lee" in page.words
    assert use_link(visit, path).location == "/"
    assert visit("/account").status_code == 200
    assert load_user(app, "kim").check_password(GOOD_PASSWORD)
    assert not load_user(app, "kim").must_change_password
    assert {"user.added", "password.chosen"} <= set(list_verbs(app))


def test_the_page_of_the_link_shows_it_once_with_a_code_to_scan(visit):
    page = visit("/users/add", "ada", username="Kim", role="social_manager")
    assert 'src="data:image/svg+xml' in page.text
    assert "Shown only now. It works once" in page.words
    assert page.response.headers["Cache-Control"] == "no-store"
    path = find_link_path(page.text)
    assert path.partition("=")[2] not in visit("/users", "ada").text


def test_a_link_works_once(visit, app):
    path = invite(visit)
    use_link(visit, path)
    stranger = Visitor(app)
    page = stranger(path)
    assert page.status_code == 403
    assert "works only once" in page.words
    assert use_link(stranger, path, "three brown bears in a boat").status_code == 403
    assert load_user(app, "kim").check_password(GOOD_PASSWORD)


def test_of_two_clicks_at_the_same_time_one_counts(app):
    """A2: the statement itself is guarded."""
    with app.app_context(), write():
        token = account_links.make_link(SOL, LinkKind.RESET)
    hashes = [hash_password("one good password"), hash_password("two good passwords")]
    outcomes = []
    barrier = threading.Barrier(2)

    def use(password_hash):
        with app.app_context():
            barrier.wait()
            try:
                with write():
                    account_links.use_link(token, password_hash)
                outcomes.append("used")
            except account_links.LinkNotUsable:
                outcomes.append("refused")

    threads = [threading.Thread(target=use, args=(each,)) for each in hashes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "used"]


@pytest.mark.parametrize(("kind", "days"), [(LinkKind.INVITE, 7), (LinkKind.RESET, 1)])
def test_an_invitation_ends_after_a_week_and_another_link_after_a_day(visit, app, kind, days):
    with app.app_context():
        with write():
            token = account_links.make_link(SOL, kind)
        ends_at = db.session.scalar(select(AccountLink.ends_at))
        assert timedelta(days=days) - timedelta(minutes=1) < ends_at - now() <= timedelta(days=days)
        with write():
            db.session.execute(update(AccountLink).values(ends_at=now()))
    path = f"/account/link?token={token}"
    assert "It ended" in visit(path).words
    assert "Ask an admin of your organization for a new link" in visit(path).words
    assert use_link(visit, path).status_code == 403
    assert load_user(app, "sol").check_password(PASSWORD)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "%00", "\U0001f600"])
def test_a_link_that_nobody_made_opens_nothing(visit, token):
    page = visit(f"/account/link?token={token}")
    assert page.status_code == 403
    assert "copied only in part" in page.words


def test_a_new_link_replaces_the_one_before(visit, app):
    first = make_link(visit, SOL)
    second = make_link(visit, SOL)
    stranger = Visitor(app)
    assert stranger(first).status_code == 403
    assert stranger(second).status_code == 200


def test_a_reset_ends_every_session_and_the_old_password(visit, app):
    """A2."""
    sol = Visitor(app)
    assert sol("/account", "sol").status_code == 200
    path = make_link(visit, SOL)
    assert sol("/account", "sol").status_code == 200
    use_link(Visitor(app), path)
    assert sol("/account", "sol").status_code == 302
    assert sign_in(Visitor(app), "sol").status_code == 422
    assert sign_in(Visitor(app), "sol", GOOD_PASSWORD).status_code == 303


def test_weak_passwords_are_refused_there_as_well(visit, app):
    path = invite(visit)
    stranger = Visitor(app)
    page = use_link(stranger, path, "password1234567")
    assert page.status_code == 422
    assert "easy to guess" in page.words
    assert "contains your username" in use_link(stranger, path, "kim likes long words").words
    page = stranger("/account/link", token=path.partition("=")[2], new_password=GOOD_PASSWORD)
    assert "don’t match" in page.words
    assert use_link(stranger, path).status_code == 303


def test_a_second_factor_is_not_passed_over(visit, app):
    with app.app_context(), write():
        db.session.execute(update(AppUser).where(AppUser.id == SOL).values(totp_secret="x"))
    answer = use_link(Visitor(app), make_link(visit, SOL))
    assert answer.location == "/login"


def test_no_one_makes_a_link_for_themselves_or_for_a_disabled_user(visit):
    assert visit.post("/users/1/link", "ada").location == "/users/1/edit"
    visit.post(f"/users/{SOL}/disable", "ada")
    assert visit.post(f"/users/{SOL}/link", "ada").location == f"/users/{SOL}/edit"
    assert visit.post("/users/99/link", "ada").status_code == 404


def test_a_link_of_a_disabled_user_opens_nothing(visit, app):
    path = make_link(visit, SOL)
    with app.app_context(), write():
        db.session.execute(update(AppUser).where(AppUser.id == SOL).values(disabled_at=now()))
    assert "disabled" in Visitor(app)(path).words


def test_a_password_that_an_admin_types_ends_the_link(visit, app):
    path = make_link(visit, SOL)
    visit(
        f"/users/{SOL}/edit", "ada", username="sol", role="social_manager", password=GOOD_PASSWORD
    )
    assert Visitor(app)(path).status_code == 403


def test_the_token_stands_in_no_log_and_no_row(visit, app, caplog):
    """A17."""
    path = invite(visit)
    token = path.partition("=")[2]
    use_link(visit, path)
    assert token not in caplog.text
    with app.app_context():
        rows = db.session.execute(db.text("SELECT about, details FROM audit_events")).all()
        links = db.session.execute(db.text("SELECT token_hash FROM account_links")).all()
    assert token not in f"{rows}{links}"


@pytest.fixture
def mailing(make_app):
    """An app with a mail server, and its server."""
    with run_mail_server() as server:
        yield make_app(**server.settings()), server


def test_the_invitation_is_mailed_where_there_is_mail(mailing):
    app, server = mailing
    visit = Visitor(app)
    page = visit(
        "/users/add", "ada", username="Kim", role="social_manager", email="kim@example.org"
    )
    assert "The link was mailed to kim@example.org" in page.words
    (mail,) = server.mails
    text = mail.get_content()
    assert mail["To"] == "kim@example.org"
    assert "Ada added you" in text
    assert find_link_path(text) == find_link_path(page.text)


def test_the_link_is_shown_all_the_same_when_the_mail_server_is_gone(make_app):
    with run_mail_server() as server:
        settings = server.settings()
    page = Visitor(make_app(**settings))(
        "/users/add", "ada", username="Kim", role="social_manager", email="kim@example.org"
    )
    assert "could not be mailed" in page.words
    assert find_link_path(page.text)
