"""How passwords are kept, and how a hash of before becomes one of today."""

import pytest
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from app.accounts import password_hashes, queries
from app.accounts.actions import user_changes
from app.accounts.models import AppUser
from app.accounts.password_hashes import needs_new_hash, verify_password
from app.core.db import db, write
from tests.accounts.sign_in_form import sign_in
from tests.sample_people import PASSWORD
from tests.visit import Visitor

SOL = 2
FORMER = "scrypt:512:8:1"


@pytest.fixture
def old_hash(app):
    """Sol's password, hashed by a method of before."""
    value = generate_password_hash(PASSWORD, FORMER)
    with app.app_context(), write():
        db.session.execute(update(AppUser).where(AppUser.id == SOL).values(password_hash=value))
    return value


def load_hash(app):
    """The stored hash of Sol."""
    with app.app_context():
        return queries.find_user(SOL).password_hash


def test_the_hash_is_renewed_at_the_next_sign_in_and_ends_no_session(app, old_hash):
    elsewhere = Visitor(app)
    assert elsewhere("/account", "sol").status_code == 200
    assert needs_new_hash(old_hash)
    assert sign_in(Visitor(app), "sol").status_code == 303
    assert not needs_new_hash(load_hash(app))
    assert verify_password(load_hash(app), PASSWORD)
    assert elsewhere("/account", "sol").status_code == 200


def test_a_wrong_password_renews_nothing(app, old_hash):
    sign_in(Visitor(app), "sol", "something else entirely")
    assert load_hash(app) == old_hash


def test_a_password_that_was_changed_meanwhile_stays(app, old_hash):
    with app.app_context(), write():
        user_changes.set_user_password(SOL, "another hash", must_change=False)
        user_changes.renew_password_hash(SOL, old_hash, "a hash of the old password")
    assert load_hash(app) == "another hash"


def test_a_wrong_password_takes_as_long_for_every_kind_of_hash(monkeypatch):
    """A4: counted in the work of scrypt (N times p), not in seconds."""
    work = []

    def count_work(password_hash, _password):
        _, cost, _, parallel = password_hash.partition("$")[0].split(":")
        work[-1] += int(cost) * int(parallel)
        return False

    monkeypatch.setattr(password_hashes, "PASSWORD_HASH_METHOD", "scrypt:32768:8:3")
    monkeypatch.setattr(password_hashes, "check_password_hash", count_work)
    today = password_hashes.build_dummy_hash()
    former = password_hashes.build_dummy_hash(password_hashes.FORMER_HASH_METHOD)
    for each in (today, former):
        work.append(0)
        assert not verify_password(each, "wrong")
    assert work[0] == work[1] == 3 * 32768


@pytest.mark.parametrize("damaged", ["!", "", None, "md5$1$2"])
def test_no_password_fits_a_hash_that_is_none(damaged):
    """A15."""
    assert not verify_password(damaged, PASSWORD)
