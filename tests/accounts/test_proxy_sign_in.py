"""The trusted proxy says who it is; nobody else can. Case A11."""

import pytest
from sqlalchemy import select

from app.accounts.models import AppUser, LoginSession
from app.audit.models import AuditEvent
from app.core.db import db, write
from app.core.environment import BadSettings, load_settings
from tests.visit import Visitor

HEADER = "X-Forwarded-User"
PROXY = {"X-Forwarded-For": "203.0.113.9", HEADER: "ada"}
SETTINGS = {"remote_user_header": HEADER, "trust_proxy": 1}
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def behind_proxy(make_app):
    """A visitor whose requests the app takes from the one trusted proxy."""
    return Visitor(make_app(**SETTINGS))


def test_whom_the_proxy_names_is_signed_in_without_a_password(behind_proxy):
    page = behind_proxy("/login?next=/users", headers=PROXY)
    assert (page.status_code, page.location) == (303, "/users")
    assert behind_proxy("/users", headers=PROXY).status_code == 200
    with behind_proxy.app.app_context():
        [row] = db.session.scalars(select(AuditEvent)).all()
        session = db.session.scalar(select(LoginSession).where(LoginSession.by_proxy))
    assert (row.verb, row.who, row.client_ip) == ("sign_in.by_proxy", "ada", "203.0.113.9")
    assert session.client_ip == "203.0.113.9"


@pytest.mark.parametrize("changed", [{}, {HEADER: "sol"}, {HEADER: ""}, {HEADER: "ada,sol"}])
def test_the_session_ends_when_the_proxy_names_nobody_or_somebody_else(behind_proxy, changed):
    behind_proxy("/login", headers=PROXY)
    headers = {"X-Forwarded-For": "203.0.113.9"} | changed
    assert behind_proxy("/users", headers=headers).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {HEADER: "ada"},
        {HEADER: "ada", "X-Forwarded-For": ""},
        {HEADER: "eve", "X-Forwarded-For": "203.0.113.9"},
        {HEADER: "ada, ada", "X-Forwarded-For": "203.0.113.9"},
        {HEADER: "\xff\xfe", "X-Forwarded-For": "203.0.113.9"},
        {HEADER: "a" * 500, "X-Forwarded-For": "203.0.113.9"},
    ],
)
def test_a_header_that_is_not_the_proxys_signs_nobody_in(behind_proxy, headers):
    assert behind_proxy("/login", headers=headers).status_code == 200
    with behind_proxy.app.app_context():
        assert len(db.session.scalars(select(AppUser)).all()) == 2


def test_a_visitor_who_reaches_the_port_from_outside_is_nobody(behind_proxy):
    behind_proxy.browser("").environ_base["REMOTE_ADDR"] = "8.8.8.8"
    assert behind_proxy("/login", headers=PROXY).status_code == 200


def test_two_proxies_must_have_left_two_addresses(make_app):
    visit = Visitor(make_app(remote_user_header=HEADER, trust_proxy=2))
    assert visit("/login", headers=PROXY).status_code == 200
    both = PROXY | {"X-Forwarded-For": "203.0.113.9, 10.0.0.7"}
    assert visit("/login", headers=both).status_code == 303


def test_without_the_setting_the_header_means_nothing(visit, make_app):
    assert visit("/login", headers=PROXY).status_code == 200
    assert Visitor(make_app(trust_proxy=1))("/login", headers=PROXY).status_code == 200


def test_a_disabled_user_stays_out(behind_proxy):
    with behind_proxy.app.app_context(), write() as session:
        session.execute(db.update(AppUser).values(disabled_at=db.func.current_timestamp()))
    assert behind_proxy("/login", headers=PROXY).status_code == 200


def test_signing_out_says_that_the_proxys_session_goes_on(behind_proxy):
    behind_proxy("/login", headers=PROXY)
    behind_proxy.tokens[""] = behind_proxy("/account/password", headers=PROXY).fields(-1)[
        "csrf_token"
    ]
    page = behind_proxy("/logout", headers=PROXY, _="")
    assert page.location == "/login?signed_out=1"
    page = behind_proxy("/login?signed_out=1", headers=PROXY)
    assert page.status_code == 200
    assert "Sign out there as well, or close the browser." in page.words
    assert "Sign in as ada" in page.words


def test_whom_the_proxy_knows_and_we_do_not_is_told_so(behind_proxy):
    page = behind_proxy("/login", headers=PROXY | {HEADER: "eve"})
    assert "You came in as eve, who is no user here." in page.words


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({"REMOTE_USER_HEADER": HEADER}, "needs TRUST_PROXY"),
        ({"REMOTE_USER_HEADER": "X User", "TRUST_PROXY": "1"}, "the name of a header"),
        ({"REMOTE_USER_HEADER": "Cookie", "TRUST_PROXY": "1"}, "the name of a header"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "long random keys"),
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(environ, problem):
    """A12."""
    with pytest.raises(BadSettings, match=problem):
        load_settings({"SECRET_KEY": KEY, "APP_ENV": "production"} | environ)
