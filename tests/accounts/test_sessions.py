"""A session lives on the server: it ends when it should, and a copied cookie ends with it. F4.

Cases A9, A10 and A14.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import create_app
from app.accounts.models import LoginSession
from app.audit.models import AuditEvent
from app.core import db as database
from app.core.db import db
from app.domain.accounts.device_labels import build_device_label
from tests.accounts.sign_in_form import sign_in

PAGE = "/account/password"
START = datetime(2026, 5, 8, 18, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
COOKIES = ("session", "remember_token")


def copy_cookies(visit, *names):
    """A second browser with copies of these cookies of the first one."""
    thief = visit.app.test_client()
    for name in names:
        thief.set_cookie(name, visit.browser("").get_cookie(name).value)
    return thief


def is_open(browser):
    """Whether the browser is signed in."""
    return browser.get(PAGE).status_code == 200


def sign_out(visit, who=""):
    """Sign out with the button of a page."""
    forms = [dict(form["fields"]) for form in visit(PAGE, who).forms]
    visit.tokens[who] = next(form["csrf_token"] for form in forms if "csrf_token" in form)
    page = visit.post("/logout", who)
    visit.tokens.pop(who)
    return page


def list_sessions(app):
    """The rows, oldest first, without those of the tests' own users."""
    with app.app_context():
        real = select(LoginSession).where(LoginSession.device != "Test")
        return db.session.scalars(real.order_by(LoginSession.id)).all()


@pytest.mark.parametrize("stolen", COOKIES)
def test_a_copied_cookie_is_useless_after_signing_out(visit, stolen):
    sign_in(visit, "ada", remember="y")
    thief = copy_cookies(visit, stolen)
    other = copy_cookies(visit, stolen)
    if stolen == "session":
        assert is_open(thief)
    page = sign_out(visit)
    assert page.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_open(thief)
    assert not is_open(other)


def test_signing_out_ends_this_session_and_no_other(visit, app):
    sign_in(visit, "ada")
    sign_out(visit)
    assert is_open(visit.browser("ada"))
    assert list_sessions(app) == []


def test_a_session_ends_after_a_day_or_eight_idle_hours(visit):
    """A10."""
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada")
        browser = visit.browser("")
        for hours in (0.1, 7.9, 7.9, 7.9):
            clock.shift(timedelta(hours=hours))
            assert is_open(browser)
        clock.shift(timedelta(hours=0.3))
        assert not is_open(browser)
        sign_in(visit, "ada")
        clock.shift(timedelta(hours=8.1))
        assert not is_open(browser)


def test_a_remembered_device_is_remembered_for_thirty_days_and_no_longer(visit):
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada", remember="y")
        browser = visit.browser("")
        for days in (1, 7, 7, 7, 7):
            clock.shift(timedelta(days=days))
            browser.delete_cookie("session")
            assert is_open(browser)
        clock.shift(timedelta(days=1, minutes=1))
        assert not is_open(browser)
        browser.delete_cookie("session")
        assert not is_open(browser)


def test_every_sign_in_has_another_remember_token(visit):
    tokens = set()
    for _ in range(3):
        visit.browsers.clear()
        sign_in(visit, "ada", remember="y")
        tokens.add(visit.browser("").get_cookie("remember_token").value)
    assert len(tokens) == 3


def test_a_remember_token_changes_when_it_is_used_and_the_old_one_ends(visit, app):
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada", remember="y")
        thief = copy_cookies(visit, "remember_token")
        browser = visit.browser("")
        before = browser.get_cookie("remember_token").value
        clock.shift(timedelta(days=1))
        browser.delete_cookie("session")
        assert is_open(browser)
        assert browser.get_cookie("remember_token").value != before
        clock.shift(timedelta(minutes=2))
        assert not is_open(thief)
        assert is_open(browser)
    with app.app_context():
        verbs = db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)).all()
    assert verbs == ["sign_in", "sign_in.remembered"]


def test_two_pages_that_a_browser_opens_at_its_start_are_both_signed_in(visit):
    """The second one sends the token of before, and gets a session cookie of its own."""
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada", remember="y")
        second = copy_cookies(visit, "remember_token")
        browser = visit.browser("")
        browser.delete_cookie("session")
        clock.shift(timedelta(days=1))
        assert is_open(browser)
        assert is_open(second)
        # The browser has one jar: the cookies of the second page, and the renewed token.
        second.set_cookie("remember_token", browser.get_cookie("remember_token").value)
        clock.shift(timedelta(minutes=5))
        assert is_open(second)


def test_a_remember_cookie_without_remember_me_opens_nothing(visit, app):
    from flask_login.utils import encode_cookie

    sign_in(visit, "ada")
    with visit.browser("").session_transaction() as session:
        cookie_id = session["_user_id"]
    thief = app.test_client()
    with app.test_request_context():
        thief.set_cookie("remember_token", encode_cookie(cookie_id))
    assert not is_open(thief)


def test_a_database_that_takes_no_writes_keeps_pages_open(visit, app, monkeypatch):
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada", remember="y")
        browser = visit.browser("")
        clock.shift(timedelta(hours=1))
        monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 0)
        database.WRITE_LOCK._lock.acquire()
        try:
            monkeypatch.setattr("app.accounts.views.session_notes.NOTE_SECONDS", 0)
            assert is_open(browser)
            browser.delete_cookie("session")
            assert is_open(browser)
        finally:
            database.WRITE_LOCK._lock.release()
        assert list_sessions(app)[0].seen_at == START


def test_a_session_notes_its_use_once_a_minute(visit, app):
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada")
        seen = []
        for seconds in (0, 30, 29, 1, 59, 1):
            clock.shift(timedelta(seconds=seconds))
            visit(PAGE)
            seen.append((list_sessions(app)[0].seen_at - START).total_seconds())
    assert seen == [0, 0, 0, 60, 60, 120]


def test_a_page_that_asks_for_new_texts_keeps_no_session_open(visit, app):
    """A computer that is left alone with an open page is signed out after eight hours."""
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada")
        clock.shift(timedelta(hours=7.9))
        assert visit("/live").status_code == 200
        assert list_sessions(app)[0].seen_at == START
        clock.shift(timedelta(hours=0.2))
        assert visit("/live").status_code == 401


def test_the_page_lists_ones_own_devices_and_ends_them(visit, app):
    browser = visit.browser("")
    browser.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(visit, "ada")
    thief = copy_cookies(visit, "session")
    page = visit("/account", "ada")
    assert "Firefox on Linux" in page.words
    assert "Test (this one)" in page.words
    [row] = list_sessions(app)
    visit.post(f"/account/sessions/{row.id}/end", "sol")
    assert "was already signed out" in visit("/account", "sol").words
    assert is_open(thief)
    assert visit.post(f"/account/sessions/{row.id}/end", "ada").location == "/account"
    assert not is_open(thief)
    assert not is_open(browser)
    assert is_open(visit.browser("ada"))


def test_signing_out_everywhere_ends_every_session_of_ones_own(visit):
    sign_in(visit, "ada", remember="y")
    thieves = [copy_cookies(visit, name) for name in COOKIES]
    assert visit.post("/account/sessions/end", "ada").location == "/login"
    assert not any(is_open(browser) for browser in (*thieves, visit.browser("ada")))
    assert is_open(visit.browser("sol"))


def test_a_former_secret_key_keeps_sessions_and_remembered_devices(visit, app, make_settings):
    """A12: with it in SECRET_KEY_FALLBACKS; without it they end."""
    sign_in(visit, "ada", remember="y")
    key = app.config["SECRET_KEY"]
    values = {
        "secret_key": "the-key-of-today-fedcba9876543210",
        "database_url": app.config["SQLALCHEMY_DATABASE_URI"],
    }
    for fallbacks, status in ((), 302), ((key,), 200):
        other = create_app(make_settings(**values, secret_key_fallbacks=fallbacks))
        for name in COOKIES:
            browser = other.test_client()
            browser.set_cookie(name, visit.browser("").get_cookie(name).value)
            assert browser.get(PAGE).status_code == status


def test_a_new_device_is_marked_and_the_first_one_of_all_is_not(visit, app):
    sign_in(visit, "ada")
    for _ in range(2):
        visit.browsers.clear()
        sign_in(visit, "ada")
    assert [row.is_new_device for row in list_sessions(app)] == [False, True, True]
    assert visit("/account").words.count("New device") == 2
    visit.browser("").delete_cookie("session")
    sign_in(visit, "ada")
    assert not list_sessions(app)[-1].is_new_device


def test_ended_sessions_are_swept_away(visit, app):
    with time_machine.travel(START, tick=False) as clock:
        sign_in(visit, "ada")
        clock.shift(timedelta(days=2))
        visit.browsers.clear()
        sign_in(visit, "sol")
    assert [row.user_id for row in list_sessions(app)] == [2]


def test_the_database_holds_no_token(visit, app):
    sign_in(visit, "ada", remember="y")
    with visit.browser("").session_transaction() as session:
        token = session["_user_id"].partition(":")[2]
    assert len(token) >= 32
    [row] = list_sessions(app)
    assert token not in {row.token_hash, row.previous_hash, row.session_key}


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537 Edg/140",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537", "Chrome on Android"),
        ("curl/8.0", "Another program"),
        ("", "Another program"),
    ],
)
def test_a_device_is_called_by_browser_and_system(user_agent, label):
    assert build_device_label(user_agent) == label
