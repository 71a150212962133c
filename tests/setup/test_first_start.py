"""The first start: the first admin comes from the environment or by the printed URL. Case A3."""

import logging
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from app import create_app
from app.accounts import queries as users
from app.accounts.actions import user_changes as accounts
from app.accounts.models import AppUser
from app.community.models import CommunityMember
from app.core.db import db, write
from app.core.environment import BadSettings
from app.core.settings import Settings
from app.domain.accounts.roles import Role
from app.organisation import queries as organisation
from app.setup import actions
from app.setup.models import SetupToken
from app.texting_hours.queries import load_texting_hours
from tests.app_cache import cache_compiled_parts
from tests.visit import Visitor

GOOD_PASSWORD = "seven green bottles hang"
ADA = {
    "username": "Ada",
    "password": GOOD_PASSWORD,
    "organisation": "Riverside Community",
    "timezone": "America/Denver",
    "region": "US",
}


@pytest.fixture
def settings(tmp_path, empty_database):
    """Settings for a database that no worker has started with yet."""
    (tmp_path / "new").mkdir()
    shutil.copy(empty_database, tmp_path / "new" / "sms.db")
    return lambda **more: Settings(
        secret_key="a-key-for-tests-0123456789",
        app_env="test",
        database_url=f"sqlite:///{tmp_path}/new/sms.db",
        public_base_url="http://sms.example.org",
        log_format="text",
        app_timezone="Europe/Berlin",
        default_region="DE",
        **more,
    )


@pytest.fixture
def start(settings):
    """Start a worker; return the app and the URL that it would print."""

    def one_worker(**more):
        actions.prepare_database(settings(**more))
        app = cache_compiled_parts(create_app(settings(**more)))
        return app, actions.create_admin_or_setup_url(app)

    return one_worker


def count_rows(app, model):
    """Return the number of rows of a table."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def get_path(address):
    """Return the path and query of a URL."""
    return address.removeprefix("http://sms.example.org")


def test_the_printed_address_is_under_the_public_base_url_and_never_the_same(start):
    _, first = start()
    _, second = start()
    assert re.fullmatch(r"http://sms\.example\.org/setup\?token=[\w-]{32}", first)
    assert first != second


def test_without_a_base_url_it_is_the_host_and_port(settings):
    bare = Settings(
        **(vars(settings()) | {"public_base_url": "", "host": "127.0.0.1", "port": 5055})
    )
    actions.prepare_database(bare)
    assert actions.create_admin_or_setup_url(create_app(bare)).startswith(
        "http://127.0.0.1:5055/setup?token="
    )


def test_a_token_is_kept_only_as_its_hash(start):
    app, address = start()
    with app.app_context():
        kept = db.session.scalar(select(SetupToken.token_hash))
    assert kept not in address
    assert address.split("=")[1] not in kept


def test_every_worker_of_one_start_accepts_every_workers_address(start):
    first_app, first = start()
    second_app, second = start()
    for app, address in ((first_app, second), (second_app, first)):
        assert Visitor(app)(get_path(address)).status_code == 200


def test_the_address_of_an_earlier_start_works_no_more(start):
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1)):
        _, old = start()
    app, _ = start()
    page = Visitor(app)(get_path(old))
    assert page.status_code == 403
    assert (
        "Use the link printed in the terminal. It changes every time the program starts."
        in page.words
    )


WRONG_ADDRESSES = ["/setup", "/setup?token=", "/setup?token=guess", "/setup?token=%00%ff"]


def test_without_the_right_token_nobody_gets_in(start):
    app, _ = start()
    visit = Visitor(app)
    for address in WRONG_ADDRESSES:
        assert visit(address).status_code == 403, address
        assert visit(address, "", **ADA).status_code == 403, address
        assert count_rows(app, AppUser) == 0, address


def test_ada_sets_up_and_is_signed_in_at_home(start):
    app, address = start()
    visit = Visitor(app)
    page = visit(get_path(address), "", **ADA)
    assert (page.status_code, page.location) == (303, "/")
    settings_page = visit("/settings")
    assert settings_page.status_code == 200
    assert 'value="Riverside Community"' in settings_page.text
    with app.app_context():
        assert load_texting_hours("twilio").is_on
        row, ada = organisation.get_organisation(), users.find_user_by_name("ada")
        assert (row.name, row.timezone, row.region) == (
            "Riverside Community",
            "America/Denver",
            "US",
        )
        assert (ada.role, ada.must_change_password, ada.check_password(GOOD_PASSWORD)) == (
            Role.ADMIN,
            False,
            True,
        )
    assert count_rows(app, SetupToken) == 0


def test_once_there_is_a_user_the_page_is_gone(start):
    app, address = start()
    Visitor(app)(get_path(address), "", **ADA)
    assert Visitor(app)(get_path(address)).status_code == 404
    assert Visitor(app)("/setup").status_code == 404
    assert actions.create_admin_or_setup_url(app) is None


def test_two_who_are_first_at_once_make_one_admin(start):
    app, address = start()
    with app.app_context(), write():
        accounts.create_admin_if_no_users("bob", "no hash")
        with pytest.raises(actions.SetupAlreadyDone):
            actions.create_first_admin("ada", "no hash")
    assert count_rows(app, AppUser) == 1
    assert Visitor(app)(get_path(address), "", **ADA).status_code == 404


def test_the_zone_of_the_environment_is_offered_first(start):
    app, address = start()
    page = Visitor(app)(get_path(address)).text
    assert 'value="Europe/Berlin"' in page
    assert '<option selected value="DE">' in page


MISTAKES = [
    ({"username": " "}, "Enter a username."),
    ({"username": "x" * 81}, "up to 80 characters"),
    ({"password": "short"}, "at least 15 characters"),
    ({"password": "riverside community"}, "organization's name"),
    ({"password": "hello ada lovelace"}, "your username"),
    ({"organisation": "\u200b"}, "Enter the name of your organization."),
    ({"organisation": "x" * 101}, "up to 100 characters"),
    ({"timezone": "Mars/Olympus"}, "Choose a time zone from the list"),
    ({"region": "XX"}, "Choose a country from the list."),
]


def test_every_mistake_is_said_and_what_was_typed_stays(start):
    app, address = start()
    visit = Visitor(app)
    for wrong, message in MISTAKES:
        page = visit(get_path(address), "", **(ADA | wrong))
        assert page.status_code == 422, message
        assert message in page.words
        kept = "username" if "organisation" in wrong else "organisation"
        assert f'value="{ADA[kept]}"' in page.text, message
        assert GOOD_PASSWORD not in page.text, message
        assert count_rows(app, AppUser) == 0, message
        action = urlsplit(page.forms[-1]["attrs"]["action"]).path
        token = get_path(address).split("?")[1]
        assert visit(f"{action}?{token}").status_code == 200, message


def test_a_made_up_community_comes_along_when_asked_for(start):
    app, address = start()
    Visitor(app)(get_path(address), "", **ADA, demo="y")
    assert count_rows(app, CommunityMember) == 60


def test_nobody_made_up_comes_along_unasked(start):
    app, address = start()
    Visitor(app)(get_path(address), "", **ADA)
    assert count_rows(app, CommunityMember) == 0


def test_the_sign_in_page_says_where_to_begin(start):
    app, _ = start()
    page = Visitor(app)("/login")
    assert "open the link that was printed in the terminal" in page.words
    assert page.forms == []


def test_the_environment_makes_the_first_admin_with_the_password_as_it_is(start):
    app, printed = start(admin_username=" Chief ", admin_password=" pw ")
    assert printed is None
    with app.app_context():
        chief = users.find_user_by_name("chief")
        assert chief.is_admin
        assert chief.check_password(" pw ")
        assert not chief.check_password("pw")
        assert (
            organisation.get_organisation().timezone,
            organisation.get_organisation().region,
        ) == ("Europe/Berlin", "DE")
    assert Visitor(app)("/setup").status_code == 404


def test_production_starts_with_no_password_that_pages_would_refuse(settings):
    """A1."""
    weak = replace(settings(admin_password="password1234567"), app_env="production")
    with pytest.raises(BadSettings, match="ADMIN_PASSWORD is too weak"):
        actions.create_admin_or_setup_url(create_app(weak))
    good = replace(weak, admin_password="a quiet river at dawn")
    app = create_app(good)
    assert actions.create_admin_or_setup_url(app) is None
    assert count_rows(app, AppUser) == 1


def test_workers_that_start_together_make_one_admin(start, settings):
    app, _ = start()
    apps = [create_app(settings(admin_password="pw")) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(actions.create_admin_or_setup_url, apps)) == [None] * 3
    assert count_rows(app, AppUser) == 1


def test_the_environment_changes_no_user_who_is_there_and_is_called_out(start, caplog):
    """A3."""
    start(admin_password="first")
    with caplog.at_level(logging.WARNING):
        app, _ = start(admin_username="other", admin_password="second")
    assert count_rows(app, AppUser) == 1
    with app.app_context():
        assert users.find_user_by_name("admin").check_password("first")
    assert "ADMIN_PASSWORD is still set" in caplog.text
    assert "second" not in caplog.text


@pytest.mark.parametrize("name", ["\u200b", "x" * 81])
def test_a_user_name_that_cannot_be_is_refused_at_the_start(settings, name):
    with pytest.raises(BadSettings, match="ADMIN_USERNAME"):
        actions.prepare_database(settings(admin_username=name))
