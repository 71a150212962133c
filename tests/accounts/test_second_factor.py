"""A second factor: set up, asked for at the sign-in, replaced by recovery codes, removed. A16."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import create_app
from app.accounts.actions.second_factors import use_step
from app.accounts.models import AppUser
from app.accounts.second_factor_models import PendingSignIn, RecoveryCode
from app.audit.models import AuditEvent
from app.core.db import db, write
from app.domain.accounts.one_time_codes import SecondFactorRule
from app.organisation.models import Organisation
from tests.accounts.second_factor_setup import SECRET, build_code, give_second_factor
from tests.accounts.sign_in_form import enter_code, sign_in
from tests.sample_people import PASSWORD
from tests.visit import Visitor

PAGE = "/account/second-factor"
START = datetime(2026, 5, 8, 18, 0, 10, tzinfo=UTC)


@pytest.fixture
def clock():
    """Let time stand still, in the middle of a half minute."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def read(app, statement):
    """Return the one value that a statement finds."""
    with app.app_context():
        return db.session.scalar(statement)


def list_verbs(app):
    """Return what the audit tells, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)))


def set_up(visit, who="ada"):
    """Set a second factor up on its pages; return the secret as typed, and the codes' page."""
    assert visit.post(f"{PAGE}/start", who).location == PAGE
    page = visit(PAGE, who)
    secret = page._tree.xpath("//code[@class='setup-secret']")[0].text.replace(" ", "")
    return secret, visit(f"{PAGE}/confirm", who, code=build_code(secret=secret))


def test_ada_sets_up_a_second_factor_and_signs_in_with_it(visit, app, clock):
    assert "data:image/svg+xml" not in visit(PAGE, "ada").text
    secret, page = set_up(visit)
    assert page.words.count("Earlier recovery codes no longer work") == 1
    codes = page._tree.xpath("//ol[@class='recovery-codes']//code/text()")
    assert len(codes) == len(set(codes)) == 10
    stored = read(app, select(AppUser.totp_secret).where(AppUser.username == "ada"))
    assert secret not in stored
    with app.app_context():
        assert not set(db.session.scalars(select(RecoveryCode.code_hash))) & set(codes)
    assert "Codes left: 10." in visit(PAGE, "ada").words
    assert (sign_in(visit, "ada", address="/login?next=/audit")).location == (
        "/login/code?next=/audit"
    )
    assert visit("/audit").location.startswith("/login")
    clock.shift(timedelta(seconds=30))
    page = enter_code(visit, build_code(secret=secret), "/login/code?next=/audit")
    assert (page.status_code, page.location) == (303, "/audit")
    assert visit("/audit").status_code == 200
    told = ["second_factor.started", "second_factor.set_up", "sign_in"]
    assert list_verbs(app) == told


def test_it_counts_only_once_a_code_of_it_was_entered(visit, clock):
    visit.post(f"{PAGE}/start", "ada")
    page = visit(f"{PAGE}/confirm", "ada", code="000000")
    assert page.status_code == 422
    assert "That code is wrong or too old." in page.words
    assert "data:image/svg+xml" in page.text
    assert sign_in(visit, "ada").location == "/"


def test_a_set_up_that_was_left_open_ends_after_a_quarter_of_an_hour(visit, app, clock):
    """Its page shows the secret: who finds it later must not make their own app count."""
    visit.post(f"{PAGE}/start", "ada")
    secret = visit(PAGE, "ada")._tree.xpath("//code[@class='setup-secret']")[0].text
    clock.shift(timedelta(minutes=16))
    visit.browsers.clear()
    sign_in(visit, "ada")
    assert "data:image/svg+xml" not in visit(PAGE).text
    late = visit(f"{PAGE}/confirm", code=build_code(secret=secret.replace(" ", "")))
    assert late.location == PAGE
    assert "You started this more than 15 minutes ago" in visit(PAGE).words
    assert read(app, select(AppUser.totp_secret).where(AppUser.username == "ada")) is None


def test_no_code_counts_twice(visit, app, clock):
    give_second_factor(app)
    code = build_code()
    sign_in(visit, "ada")
    assert enter_code(visit, code).status_code == 303
    visit.browsers.clear()
    sign_in(visit, "ada")
    page = enter_code(visit, code)
    assert page.status_code == 422
    assert "That code is wrong, or was used already." in page.words
    # Nor the one before it, which somebody may have seen.
    assert enter_code(visit, build_code(-1)).status_code == 422
    clock.shift(timedelta(seconds=30))
    assert enter_code(visit, f" {build_code()[:3]} {build_code()[3:]} ").status_code == 303


def test_of_two_who_use_a_code_at_once_one_gets_in(app):
    give_second_factor(app)

    def use(_):
        with app.app_context(), write():
            return use_step(1, 60_000_000)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(8))) == 1


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (1, 303), (2, 422)])
def test_a_clock_may_be_half_a_minute_wrong(visit, app, clock, steps, status):
    give_second_factor(app)
    sign_in(visit, "ada")
    assert enter_code(visit, build_code(steps)).status_code == status


def test_six_wrong_codes_lock_the_second_step_and_the_right_one_is_refused(visit, app, clock):
    give_second_factor(app)
    sign_in(visit, "ada")
    answers = [enter_code(visit, "000000") for _ in range(6)]
    assert [page.status_code for page in answers] == [422] * 6
    assert "1 try left" in answers[4].words
    locked = enter_code(visit, build_code())
    assert locked.status_code == 429
    assert int(locked.response.headers["Retry-After"]) > 800
    assert "Too many wrong codes." in locked.words
    visit.browser("").environ_base["REMOTE_ADDR"] = "198.51.100.7"
    sign_in(visit, "ada")
    assert enter_code(visit, build_code()).status_code == 429
    clock.shift(timedelta(minutes=15, seconds=1))
    sign_in(visit, "ada")
    assert enter_code(visit, build_code()).status_code == 303
    assert "6 wrong passwords or codes were entered" in visit("/").words
    verbs = list_verbs(app)
    assert verbs.count("sign_in.code_refused") == 6
    assert verbs.count("sign_in.locked") == 1


def test_a_stranger_with_the_password_does_not_lock_adas_own_device(visit, app, clock):
    give_second_factor(app)
    sign_in(visit, "ada")
    enter_code(visit, build_code())
    own = visit.browser("")
    own.delete_cookie("session")
    visit.browsers[""] = app.test_client()
    sign_in(visit, "ada")
    for _ in range(7):
        enter_code(visit, "000000")
    visit.browsers[""] = own
    clock.shift(timedelta(seconds=30))
    sign_in(visit, "ada")
    assert enter_code(visit, build_code()).status_code == 303


def test_a_recovery_code_signs_in_once(visit, app):
    codes = give_second_factor(app)
    sign_in(visit, "ada")
    assert enter_code(visit, codes[0].upper().replace(" ", "-")).status_code == 303
    assert "Recovery codes left: 9." in visit("/").words
    visit.browsers.clear()
    sign_in(visit, "ada")
    assert enter_code(visit, codes[0]).status_code == 422
    assert enter_code(visit, codes[1]).status_code == 303


def test_new_recovery_codes_replace_the_old_ones(visit, app):
    codes = give_second_factor(app)
    page = visit(f"{PAGE}/codes", "ada", code=build_code())
    new = page._tree.xpath("//ol[@class='recovery-codes']//code/text()")
    assert len(new) == 10
    sign_in(visit, "ada")
    assert enter_code(visit, codes[0]).status_code == 422
    assert enter_code(visit, new[0]).status_code == 303


def test_the_password_alone_opens_nothing_and_its_step_ends_after_five_minutes(visit, app, clock):
    give_second_factor(app)
    sign_in(visit, "ada", remember="y")
    assert visit.browser("").get_cookie("remember_token") is None
    assert visit("/").location.startswith("/login")
    clock.shift(timedelta(minutes=5, seconds=1))
    page = enter_code(visit, build_code())
    assert (page.status_code, page.location) == (303, "/login")
    assert "The code must follow within 5 minutes." in visit("/login").words


def test_a_copied_cookie_of_the_first_step_signs_in_once(visit, app, clock):
    """The step is on the server: it ends with its use, and with another password."""
    give_second_factor(app)
    sign_in(visit, "ada")
    thief = app.test_client()
    thief.set_cookie("session", visit.browser("").get_cookie("session").value)
    enter_code(visit, build_code())
    assert thief.get("/login/code").status_code == 303
    assert read(app, select(PendingSignIn.id)) is None


def test_a_remembered_device_needs_no_code_while_its_session_lives(visit, app, clock):
    give_second_factor(app)
    sign_in(visit, "ada", remember="y")
    enter_code(visit, build_code())
    browser = visit.browser("")
    for _ in range(2):
        browser.delete_cookie("session")
        clock.shift(timedelta(days=14))
        assert browser.get("/account").status_code == 200
    clock.shift(timedelta(days=3))
    assert browser.get("/account").status_code == 302


@pytest.mark.parametrize("address", [f"{PAGE}/start", f"{PAGE}/codes"])
def test_another_app_and_new_codes_need_a_code_of_the_present_one(visit, app, clock, address):
    codes = give_second_factor(app)
    visit(PAGE, "ada")
    stored = select(AppUser.pending_totp_secret).where(AppUser.id == 1)
    for code, message in (("", "Enter the code."), ("000000", "That code is wrong or too old.")):
        page = visit(address, "ada", code=code)
        assert page.status_code == 422
        assert message in page.words
    assert read(app, stored) is None
    assert "Codes left: 10." in visit(PAGE, "ada").words
    if address.endswith("start"):
        assert visit(address, "ada", code=codes[0]).location == PAGE
        assert read(app, stored) is not None
    else:
        assert visit(address, "ada", code=build_code()).status_code == 200


@pytest.mark.parametrize(
    ("password", "code", "message"),
    [
        ("wrong", "", "That is not your password."),
        (PASSWORD, "000000", "That code is wrong or too old."),
    ],
)
def test_switching_it_off_needs_password_and_code(visit, app, password, code, message):
    give_second_factor(app)
    fields = {"password": password, "code": code or build_code()}
    page = visit(f"{PAGE}/remove", "ada", **fields)
    assert page.status_code == 422
    assert message in page.words
    assert read(app, select(AppUser.totp_secret).where(AppUser.id == 1)) is not None


def test_switched_off_the_password_alone_signs_in(visit, app):
    give_second_factor(app)
    page = visit(f"{PAGE}/remove", "ada", password=PASSWORD, code=build_code())
    assert page.location == PAGE
    assert "Your second factor is off." in visit(PAGE, "ada").words
    assert sign_in(visit, "ada").location == "/"
    assert read(app, select(RecoveryCode.id)) is None


def test_an_admin_removes_it_for_somebody_who_lost_the_phone_and_they_are_told(visit, app):
    give_second_factor(app, "sol")
    assert visit.post("/users/2/second-factor/remove", "sol").status_code == 403
    assert "Remove second factor" in visit("/users/2/edit", "ada").words
    assert visit.post("/users/2/second-factor/remove", "ada").location == "/users/2/edit"
    assert "sol signs in with the password alone" in visit("/users", "ada").words
    assert sign_in(visit, "sol").location == "/"
    assert "An admin removed your second factor on" in visit("/").words
    visit.browsers.clear()
    sign_in(visit, "sol")
    assert "An admin removed" not in visit("/").words
    assert "removed the second factor of the user" in visit("/audit", "ada").words


def test_nobody_removes_their_own_like_that(visit, app):
    give_second_factor(app)
    assert visit.post("/users/1/second-factor/remove", "ada").location == PAGE
    assert read(app, select(AppUser.totp_secret).where(AppUser.id == 1)) is not None


def require(app, rule):
    """Let the organisation want a second factor of these users."""
    with app.app_context(), write() as session:
        session.execute(db.update(Organisation).values(second_factor_for=rule))


def test_whoever_must_have_one_is_led_to_set_it_up(visit, app, clock):
    form = next(
        form for form in visit("/settings", "ada").forms if form["attrs"].get("id") == "settings"
    )
    fields = dict(form["fields"]) | {"second_factor_for": "everyone"}
    assert visit("/settings", "ada", **fields).status_code == 303
    for who in ("ada", "sol"):
        assert visit("/", who).location == PAGE
        assert visit("/live", who).status_code == 401
    page = visit(PAGE, "sol")
    assert "Your organization asks for a second factor." in page.words
    set_up(visit, "sol")
    assert visit("/", "sol").status_code == 200


def test_only_admins_must_have_one_if_the_organisation_says_so(visit, app):
    require(app, SecondFactorRule.ADMINS)
    assert visit("/", "ada").location == PAGE
    assert visit("/", "sol").status_code == 200
    assert visit.post("/logout", "ada").status_code == 303


def test_another_secret_key_leaves_the_recovery_codes(visit, app, make_settings, clock):
    """The old key in SECRET_KEY_FALLBACKS reads the secret, without it the page says so. A12."""
    codes = give_second_factor(app)
    old_key = app.config["SECRET_KEY"]
    path = {"database_url": app.config["SQLALCHEMY_DATABASE_URI"]}
    make_settings()
    give_second_factor(app)
    new = {"secret_key": "another-key-for-tests-987654", **path}
    rotated = Visitor(create_app(make_settings(**new, secret_key_fallbacks=(old_key,))))
    codes = give_second_factor(rotated.app)
    sign_in(rotated, "ada")
    assert enter_code(rotated, build_code()).status_code == 303
    lost = Visitor(create_app(make_settings(secret_key="a-third-key-for-tests-555555", **path)))
    give_back = codes[0]
    sign_in(lost, "ada")
    assert "can’t be checked any more" in lost("/login/code").words
    clock.shift(timedelta(seconds=30))
    assert enter_code(lost, build_code()).status_code == 422
    assert enter_code(lost, give_back).status_code == 303
    assert "The server’s key was changed" in lost(PAGE).words


def test_the_secret_is_typed_as_it_is_scanned(visit, app):
    visit.post(f"{PAGE}/start", "ada")
    assert SECRET not in visit(PAGE, "ada").text
    assert visit(PAGE, "ada").response.headers["Cache-Control"] == "no-store"
