"""Ten wrong passwords lock where they come from, for 15 minutes; nothing locks a user's own device.

Cases A5, A6 and F3.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app.accounts import queries
from app.accounts.actions import login_attempts
from app.accounts.models import LoginAttempt
from app.accounts.views import password_tries
from app.audit.models import AuditEvent
from app.core.db import db, write
from tests.accounts.sign_in_form import sign_in
from tests.sample_people import PASSWORD

FIRST_ATTEMPT_AT = datetime(2026, 5, 8, 18, 5, 30, tzinfo=UTC)  # 12:05:30 in Denver
CLIENT_ADDRESS = "127.0.0.1"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """A try that is slowed down costs a test no second."""
    monkeypatch.setattr(password_tries, "SLOW_SECONDS", 0.01)


def record_attempts(app, count, address=CLIENT_ADDRESS, username="ada"):
    """Reserve `count` tries and never give them back; return how many may be checked."""
    account_key, day_key = queries.build_account_key(username), queries.build_day_key(username)
    allowed = 0
    with app.app_context():
        for _ in range(count):
            with write():
                attempt = login_attempts.reserve_attempt(address, account_key, day_key=day_key)
            allowed += attempt is not None
    return allowed


def test_ten_wrong_tries_lock_the_address_until_a_named_time(visit):
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False):
        answers = [sign_in(visit, "ada", f"wrong {n}").status_code for n in range(10)]
        page = sign_in(visit, "ada", "wrong again")
    assert answers == [422] * 10
    assert page.status_code == 429
    assert "Try again after 12:21 PM" in page.words
    assert 890 <= int(page.response.headers["Retry-After"]) <= 901


def test_the_last_tries_warn_of_the_pause_whatever_the_name(visit):
    pages = [sign_in(visit, name, "wrong").words for name in ("ada", "nobody") * 5]
    assert "left before sign-in is locked" not in pages[5]
    assert "3 tries left before sign-in is locked for 15 minutes." in pages[6]
    assert "2 tries left" in pages[7]
    assert "1 try left" in pages[8]
    assert "That was the last try: wait 15 minutes" in pages[9]


def test_the_right_password_is_refused_with_the_same_words_while_locked(visit, app):
    record_attempts(app, 10)
    right, wrong = sign_in(visit, "ada"), sign_in(visit, "ada", "wrong")
    assert right.status_code == wrong.status_code == 429
    assert right.words == wrong.words


def test_after_a_quarter_of_an_hour_it_is_open_again(visit, app):
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False):
        record_attempts(app, 10)
    with time_machine.travel(FIRST_ATTEMPT_AT + timedelta(minutes=15, seconds=1), tick=False):
        assert sign_in(visit, "ada", "wrong").status_code == 422
        assert sign_in(visit, "ada").status_code == 303


def test_tries_long_apart_do_not_add_up(app):
    for minutes in range(0, 200, 20):
        with time_machine.travel(FIRST_ATTEMPT_AT + timedelta(minutes=minutes), tick=False):
            assert record_attempts(app, 2) == 2
    with app.app_context():
        counts = db.session.scalars(select(LoginAttempt.attempt_count)).all()
    assert sorted(counts) == [2, 2, 20]


def test_wrong_tries_from_many_addresses_slow_the_owner_down_and_lock_nobody(visit, app):
    for n in range(9):
        assert record_attempts(app, 10, address=f"198.51.100.{n}") == 10
    assert sign_in(visit, "ADA").status_code == 303
    visit.browsers.clear()
    assert sign_in(visit, "sol").status_code == 303


def test_a_name_is_tried_a_hundred_times_a_day_and_its_owner_gets_in_all_the_same(visit, app):
    """A5: from all addresses together; not on a device where Ada has signed in before."""
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False) as clock:
        sign_in(visit, "ada")
        allowed = [record_attempts(app, 10, address=f"198.51.100.{n}") for n in range(11)]
        assert sum(allowed) == login_attempts.MAX_ATTEMPTS_A_DAY
        elsewhere, own = app.test_client(), visit.browser("")
        visit.browsers[""] = elsewhere
        assert "12:06 PM on Sat, May 9" in sign_in(visit, "ada").words
        clock.shift(timedelta(hours=20))
        right, wrong = sign_in(visit, "ada"), sign_in(visit, "ada", "wrong")
        assert right.status_code == wrong.status_code == 429
        assert right.words == wrong.words
        assert "a device where you have signed in before" in right.words
        assert int(right.response.headers["Retry-After"]) > 14_000
        own.delete_cookie("session")
        visit.browsers[""] = own
        assert sign_in(visit, "ada").status_code == 303
        visit.browsers[""] = elsewhere
        clock.shift(timedelta(hours=4, minutes=1))
        assert sign_in(visit, "ada").status_code == 303


def test_wrong_tries_since_the_last_sign_in_are_told_at_the_next(visit):
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False) as clock:
        sign_in(visit, "ada")
        sign_in_elsewhere(visit)
        for _ in range(4):
            sign_in(visit, "ada", "wrong")
        clock.shift(timedelta(hours=2))
        sign_in(visit, "ada")
        told = visit("/").words
    assert "4 wrong passwords or codes were entered for your username since your last" in told
    assert "12:05 PM" in told
    sign_in_elsewhere(visit)
    assert sign_in(visit, "ada").status_code == 303
    assert "wrong passwords" not in visit("/").words


def sign_in_elsewhere(visit):
    """Forget the browser: what follows is on a device that nobody knows."""
    visit.browsers.clear()
    visit.tokens.clear()


def test_a_name_that_is_guessed_at_is_checked_by_two_at_a_time(visit, app):
    for n in range(3):
        record_attempts(app, 10, address=f"198.51.100.{n}")
    for _ in range(2):
        password_tries.SLOW_SLOTS.acquire()
    try:
        page = sign_in(visit, "ada")
    finally:
        password_tries.SLOW_SLOTS.release(2)
    assert page.status_code == 429
    assert "Try again in a few seconds" in page.words
    with app.app_context():
        by_address = select(LoginAttempt.attempt_count).where(
            LoginAttempt.client_ip == CLIENT_ADDRESS
        )
        assert db.session.scalar(by_address) == 0
    assert sign_in(visit, "ada").status_code == 303


def test_a_device_that_ada_has_used_is_not_locked_by_its_address(visit, app):
    sign_in(visit, "ada")
    visit.tokens[""] = visit("/account/password").fields(-1)["csrf_token"]
    visit.post("/logout")
    record_attempts(app, 30)
    assert sign_in(visit, "sol").status_code == 429
    assert sign_in(visit, "ada").status_code == 303


def test_wrong_tries_on_a_known_device_lock_that_device_only(visit, app):
    sign_in(visit, "ada")
    visit.browser("").delete_cookie("session")
    answers = [sign_in(visit, "ada", "wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    elsewhere = app.test_client()
    visit.browsers[""] = elsewhere
    assert sign_in(visit, "ada").status_code == 303


def test_a_made_up_device_is_not_known(visit, app):
    record_attempts(app, 10)
    for cookie in ("", "x", "WzEsIiIsIiJd.aaaa.bbbb"):
        visit.browser("").set_cookie("device_1", cookie, path="/login")
        assert sign_in(visit, "ada").status_code == 429


@pytest.mark.parametrize("tries", [40, pytest.param(200, marks=pytest.mark.torture)])
def test_two_hundred_tries_at_once_are_ten_that_are_checked(app, tries):
    with ThreadPoolExecutor(8) as threads:
        allowed = sum(threads.map(lambda _: record_attempts(app, 1), range(tries)))
    assert allowed == login_attempts.MAX_ATTEMPTS


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
    keys = (
        queries.build_address_key("ffff:" * 7 + "ffff"),
        queries.build_account_key("x" * 999),
        queries.build_device_key("x" * 999),
    )
    assert max(map(len, keys)) <= 45


def test_a_made_up_forwarding_header_changes_nothing(visit, app):
    record_attempts(app, 10)
    page = visit(
        "/login",
        "",
        username="ada",
        password="x",
        headers={"X-Forwarded-For": "203.0.113.9"},
    )
    assert page.status_code == 429


def test_old_tries_are_swept_away(app):
    with time_machine.travel(FIRST_ATTEMPT_AT, tick=False):
        record_attempts(app, 1, address="198.51.100.1", username="eve")
    moment = FIRST_ATTEMPT_AT + timedelta(days=2)
    with time_machine.travel(moment, tick=False), app.app_context():
        with write():
            attempt = login_attempts.reserve_attempt(CLIENT_ADDRESS)
            login_attempts.give_attempt_back(attempt)
        assert db.session.scalars(select(LoginAttempt.client_ip)).all() == [CLIENT_ADDRESS]


def test_whoever_is_signed_in_can_change_a_password_that_strangers_guess(visit, app):
    for n in range(3):
        record_attempts(app, 10, address=f"198.51.100.{n}")
    record_attempts(app, 10)
    new = "seven green bottles hang"
    fields = {"current_password": PASSWORD, "new_password": new, "confirm_password": new}
    assert visit("/account/password", "ada", **fields).status_code == 303


def test_guessing_the_password_in_an_open_session_locks_that_session_only(visit):
    fields = {"current_password": "x", "new_password": "y", "confirm_password": "y"}
    answers = [visit("/account/password", "sol", **fields).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert sign_in(visit, "sol").status_code == 303


def test_a_stolen_session_has_a_hundred_tries_a_day_and_its_owner_signs_in_again(visit, app):
    def confirm(password):
        return visit("/account/confirm", "ada", again_password=password)

    for _ in range(2):
        assert confirm("wrong").status_code == 422
    with app.app_context(), write() as session:
        day = update(LoginAttempt).where(LoginAttempt.client_ip.startswith("session-day:"))
        session.execute(day.values(attempt_count=login_attempts.MAX_ATTEMPTS_A_DAY - 1))
    assert confirm("wrong").status_code == 422
    locked = confirm(PASSWORD)
    assert locked.status_code == 429
    assert "or sign out and sign in again" in locked.words
    assert int(locked.response.headers["Retry-After"]) > 80_000
    with app.app_context():
        by_name = select(LoginAttempt.attempt_count).where(
            LoginAttempt.client_ip == queries.build_account_key("ada")
        )
        assert db.session.scalar(by_name) == 3
    assert sign_in(visit, "ada").status_code == 303
    assert visit("/account/confirm", again_password=PASSWORD).status_code == 303


def test_the_audit_says_when_something_was_locked_or_slowed(visit, app):
    record_attempts(app, 9)
    sign_in(visit, "ada", "wrong")
    record_attempts(app, 9, address="198.51.100.1")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=False):
        assert sign_in(visit, "ada", "wrong").status_code == 429
    visit.browser("").environ_base["REMOTE_ADDR"] = "198.51.100.2"
    sign_in(visit, "ada", "wrong")
    with app.app_context():
        verbs = Counter(db.session.scalars(select(AuditEvent.verb).where(AuditEvent.user_id == 1)))
    assert verbs == {"sign_in.refused": 2, "sign_in.locked": 1, "sign_in.slowed": 1}
