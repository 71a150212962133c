"""Delicate pages ask for the password again when it was entered more than 15 minutes ago (F27)."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import AppUser, LoginSession
from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.core.recent_sign_in import is_download, needs_recent_sign_in
from tests.accounts.second_factor_setup import build_code, give_second_factor
from tests.accounts.sign_in_form import sign_in
from tests.accounts.test_sessions import copy_cookies
from tests.sample_people import PASSWORD

CONFIRM = "/account/confirm"
# The one list: what these pages do harms people, opens doors, or takes data out of the house.
GUARDED = {
    "accounts.add_set",
    "accounts.add_user",
    "accounts.change_own_phone",
    "accounts.choose_user_permissions",
    "accounts.confirm_second_factor",
    "accounts.delete_set",
    "accounts.disable_user",
    "accounts.edit_own_email",
    "accounts.edit_sender_limit",
    "accounts.edit_set",
    "accounts.edit_user",
    "accounts.enable_user",
    "accounts.end_all_own_sessions",
    "accounts.end_own_session",
    "accounts.make_user_link",
    "accounts.remove_user",
    "accounts.remove_users_second_factor",
    "accounts.renew_recovery_codes",
    "accounts.show_second_factor",
    "accounts.start_second_factor",
    "audit.export_audit_archive",
    "audit.export_audit_events",
    "blasts.export_blast",
    "community.export_members",
    "community.export_selected_members",
    "dashboard.take_over_from_first",
    "events.export_registrations",
    "groups.export_group",
    "notices.edit_chat",
    "notices.edit_chats",
    "organisation.edit_settings",
    "people.download_held_data",
    "people.erase_person",
    "retention.edit_retention",
    "sending_limits.edit_limits",
    "setup.start_over",
    "suppression.export_suppressed_numbers",
    "surveys.export_survey_answers",
}


def let_time_pass(app, minutes=16):
    """Let the password of every session have been entered so long ago."""
    with app.app_context(), write() as session:
        moment = now() - timedelta(minutes=minutes)
        session.execute(db.update(LoginSession).values(confirmed_at=moment))


def count_audit_rows(app):
    """Return how many rows the audit has."""
    with app.app_context():
        return len(db.session.scalars(select(AuditEvent.id)).all())


def confirm(visit, page, who="ada", password=PASSWORD):
    """Send the form of the page that asks for the password."""
    fields = page.fields() | {"again_password": password}
    fields.pop("csrf_token")
    return visit(CONFIRM, who, **fields)


def list_guarded_rules(app):
    """Return the rules of all views that are declared so."""
    views = app.view_functions
    return [rule for rule in app.url_map.iter_rules() if needs_recent_sign_in(views[rule.endpoint])]


def test_the_list_of_guarded_pages_is_the_one_of_the_views(app):
    assert {rule.endpoint for rule in list_guarded_rules(app)} == GUARDED


def test_every_guarded_page_asks_and_changes_nothing(visit, app):
    """Generated from what the views declare, with every method of theirs."""
    visit.token("ada")
    let_time_pass(app)
    before = count_audit_rows(app)
    for rule in list_guarded_rules(app):
        address = re.sub("<[^>]*>", "1", rule.rule.replace("<any(json, csv):kind>", "csv"))
        if "GET" in rule.methods:
            page = visit(address, "ada")
            assert (page.status_code, rule.endpoint) == (303, rule.endpoint)
            assert unquote(page.location).startswith(f"{CONFIRM}?next={address}")
        if "POST" in rule.methods:
            page = visit.post(address, "ada")
            assert (page.status_code, rule.endpoint) == (401, rule.endpoint)
            assert page.headings == ["Enter your password again"]
    assert count_audit_rows(app) == before


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (15.1, 303)])
def test_it_is_asked_after_a_quarter_of_an_hour(visit, app, minutes, status):
    visit.browser("ada")
    let_time_pass(app, minutes)
    assert visit("/users/add", "ada").status_code == status
    assert visit("/users", "ada").status_code == 200


def test_after_the_password_the_page_that_was_asked_for_comes(visit, app):
    visit.browser("ada")
    let_time_pass(app)
    page = visit(visit("/users/2/edit", "ada").location, "ada")
    assert page.headings == ["Enter your password again"]
    wrong = confirm(visit, page, password="not this one")
    assert wrong.status_code == 422
    assert "That is not your password." in wrong.words
    done = confirm(visit, wrong)
    assert (done.status_code, done.location) == (303, "/users/2/edit")
    assert visit("/users/2/edit", "ada").status_code == 200
    assert "entered their password again for a delicate page" in visit("/audit", "ada").words


def test_what_was_typed_is_sent_on_after_the_password(visit, app):
    visit.browser("ada")
    let_time_pass(app)
    typed = {"display_name": "Sol of the Choir", "username": "sol", "role": "social_manager"}
    page = visit("/users/2/edit", "ada", **typed, password="secret while typing it")
    assert page.status_code == 401
    assert "secret while typing it" not in page.text
    assert "What you typed is kept, except passwords." in page.words
    fields = page.fields() | {"again_password": PASSWORD}
    fields.pop("csrf_token")
    sent = visit(CONFIRM, "ada", **fields)
    assert (sent.status_code, sent.location) == (307, "/users/2/edit")
    # A browser sends the same fields there: tests/browser/test_second_factor_story.py.
    assert visit(sent.location, "ada", **fields).status_code == 303
    with app.app_context():
        assert db.session.get(AppUser, 2).display_name == "Sol of the Choir"


def test_a_download_has_a_page_of_its_own(visit, app):
    assert is_download(app.view_functions["community.export_members"])
    visit.browser("ada")
    let_time_pass(app)
    page = visit(visit("/community/export", "ada").location, "ada")
    done = confirm(visit, page)
    assert done.headings == ["Download the file"]
    assert 'href="/community/export"' in done.text
    assert visit("/community/export", "ada").response.mimetype == "text/csv"
    let_time_pass(app)
    page = visit("/community/bulk-export", "ada", ids="1")
    done = confirm(visit, page)
    assert done.fields()["ids"] == "1"


def test_a_remembered_device_is_asked_although_it_was_just_used(visit, app):
    sign_in(visit, "ada", remember="y")
    assert visit("/users/add").status_code == 200
    visit.browser("").delete_cookie("session")
    assert visit("/users/add").status_code == 303


def test_the_session_has_another_token_after_the_password(visit, app):
    """What somebody copied before has no password, and is worth nothing a minute later."""
    sign_in(visit, "ada", remember="y")
    thieves = [copy_cookies(visit, name) for name in ("session", "remember_token")]
    let_time_pass(app)
    visit.tokens.pop("", None)
    page = visit(visit("/users/add").location)
    visit.tokens[""] = page.fields()["csrf_token"]
    assert confirm(visit, page, "").location == "/users/add"
    assert {thief.get("/users/add").status_code for thief in thieves} == {303}
    assert visit("/users/add").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        assert visit("/account").status_code == 200
        assert {thief.get("/account").status_code for thief in thieves} == {302}


def test_with_a_second_factor_a_code_is_enough(visit, app):
    give_second_factor(app)
    visit.browser("ada")
    let_time_pass(app)
    page = visit(visit("/users/add", "ada").location, "ada")
    assert "Or a code from your authenticator app." in page.words
    assert confirm(visit, page, password="000000").status_code == 422
    code = build_code()
    assert confirm(visit, page, password=code).status_code == 303
    let_time_pass(app)
    assert confirm(visit, page, password=code).status_code == 422


def test_guessing_there_locks_the_session_after_ten_tries(visit, app):
    visit.browser("ada")
    let_time_pass(app)
    page = visit(visit("/users/add", "ada").location, "ada")
    answers = [confirm(visit, page, password="x").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert confirm(visit, page).status_code == 429
    assert sign_in(visit, "ada").status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/nowhere"])
def test_it_never_leads_to_another_site(visit, app, target):
    page = visit(f"{CONFIRM}?next={target}&page={target}", "ada")
    assert "evil" not in page.text
    fields = {"again_password": PASSWORD, "again_url": target, "again_method": "GET"}
    assert visit(CONFIRM, "ada", **fields).location == "/"


def test_users_of_the_demos_link_have_nothing_to_enter(visit, app):
    visit.browser("ada")
    with app.app_context(), write() as session:
        session.execute(db.update(AppUser).values(password_hash="!"))
    let_time_pass(app)
    assert visit("/users/add", "ada").status_code == 200
