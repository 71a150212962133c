"""Too many failed logins lock an address, or a user name, for 15 minutes."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select

from app.accounts import actions, queries
from app.accounts.models import LoginAttempt
from app.core.db import db, write
from tests.accounts.sign_in_form import sign_in

FIRST_ATTEMPT_AT = datetime(2026, 5, 8, 18, 5, 30, tzinfo=UTC)  # 12:05:30 in Denver
CLIENT_ADDRESS = "127.0.0.1"


def record_failed_logins(app, count, address=CLIENT_ADDRESS, username="ada"):
    """Record `count` failed logins."""
    with app.app_context():
        for _ in range(count):
            with write():
                actions.record_failed_login(address, queries.build_account_key(username))


def test_ten_wrong_tries_lock_the_address_until_a_named_time(visit):
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False):
        answers = [sign_in(visit, "ada", f"wrong {n}").status_code for n in range(10)]
        page = sign_in(visit, "ada", "wrong again")
    assert answers == [422] * 10
    assert page.status_code == 429
    assert "Locked until 12:21." in page.words
    assert 890 <= int(page.response.headers["Retry-After"]) <= 901


def test_the_right_password_is_refused_with_the_same_words_while_locked(visit, app):
    record_failed_logins(app, 10)
    right, wrong = sign_in(visit, "ada"), sign_in(visit, "ada", "wrong")
    assert right.status_code == wrong.status_code == 429
    assert right.words == wrong.words


def test_after_a_quarter_of_an_hour_it_is_open_again(visit, app):
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False):
        record_failed_logins(app, 10)
    with time_machine.travel(FIRST_ATTEMPT_AT + timedelta(minutes=15, seconds=1), tick=False):
        assert sign_in(visit, "ada", "wrong").status_code == 422
        assert sign_in(visit, "ada").status_code == 303


def test_tries_long_apart_do_not_add_up(shop):
    for minutes in range(0, 200, 20):
        with (
            time_machine.travel(FIRST_ATTEMPT_AT + timedelta(minutes=minutes), tick=False),
            write(),
        ):
            actions.record_failed_login(CLIENT_ADDRESS, queries.build_account_key("ada"))
            actions.record_failed_login(CLIENT_ADDRESS, queries.build_account_key("ada"))
    assert (
        db.session.scalar(
            select(LoginAttempt.attempt_count).where(LoginAttempt.client_ip == CLIENT_ADDRESS)
        )
        == 2
    )


def test_twenty_tries_from_many_addresses_lock_the_name(visit, app):
    for n in range(20):
        record_failed_logins(app, 1, address=f"198.51.100.{n}")
    assert sign_in(visit, "ADA").status_code == 429
    assert sign_in(visit, "sol").status_code == 303


def test_a_name_that_nobody_has_locks_just_the_same(visit, app):
    for n in range(20):
        record_failed_logins(app, 1, address=f"198.51.100.{n}", username="eve")
    assert sign_in(visit, "eve", "x").status_code == 429


def test_fifty_tries_at_once_are_fifty(app):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: record_failed_logins(app, 1), range(50)))
    with app.app_context():
        assert (
            db.session.scalar(
                select(LoginAttempt.attempt_count).where(LoginAttempt.client_ip == CLIENT_ADDRESS)
            )
            == 50
        )


def test_a_whole_household_of_ipv6_is_one_address():
    assert (
        queries.build_address_key("2001:db8::1:2:3:4")
        == queries.build_address_key("2001:db8::ffff")
        == "2001:db8::/64"
    )
    assert (
        queries.build_address_key("::ffff:192.0.2.7")
        == queries.build_address_key("192.0.2.7")
        == "192.0.2.7"
    )
    assert (
        max(
            len(queries.build_address_key("ffff:" * 7 + "ffff")),
            len(queries.build_account_key("x" * 999)),
        )
        <= 45
    )


def test_a_made_up_forwarding_header_changes_nothing(visit, app):
    record_failed_logins(app, 10)
    page = visit(
        "/login",
        "",
        username="ada",
        password="x",
        headers={"X-Forwarded-For": "203.0.113.9"},
    )
    assert page.status_code == 429


def test_old_tries_are_swept_away(shop):
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False), write():
        actions.record_failed_login("198.51.100.1", queries.build_account_key("eve"))
    with time_machine.travel(FIRST_ATTEMPT_AT + timedelta(days=2), tick=False), write():
        actions.clear_failed_logins(CLIENT_ADDRESS)
    assert db.session.scalars(select(LoginAttempt)).all() == []


def test_guessing_the_current_password_of_an_open_session_is_counted_too(visit, app):
    record_failed_logins(app, 10)
    fields = {"current_password": "x", "new_password": "y", "confirm_password": "y"}
    page = visit("/account/password", "sol", **fields)
    assert page.status_code == 429
    assert re.search(r"Locked until \d\d:\d\d\.", page.words)
