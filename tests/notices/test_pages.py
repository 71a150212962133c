"""The bell, what one is told, and the admin's page of chats."""

import re

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.fault_notices import build_notice, store_alert
from app.domain.delivery.alert_messages import AlertEvent
from app.notices.models import ChatWebhook, Notice, NoticeChoice
from tests.chat_server import run_chat_server
from tests.notices.conftest import find_user

HOOK = "https://hooks.example.org/services/secret"


@pytest.fixture
def chat_server():
    with run_chat_server() as server:
        yield server


def pause_blast(app, staff):
    with app.app_context(), write():
        store_alert(build_notice(AlertEvent.BLAST_PAUSED, "No sender.", "Choose one.", now()))
    staff.poll()


def test_the_bell_counts_and_opening_a_notice_marks_it_as_read(app, staff, visit):
    assert "Nothing yet." in visit("/notices", "sol").words
    pause_blast(app, staff)
    page = visit("/notices", "sol")
    assert "Notifications 1 unread" in page.words
    assert "A blast is paused. No sender. Choose one." in page.words
    assert visit("/live", "sol").json["notices"] == 1
    opened = visit("/notices/1/open", "ada", **{"_": ""})
    assert (opened.status_code, opened.location) == (303, "/blasts/logs")
    assert visit("/live", "ada").json["notices"] == 0
    with app.app_context():
        sols = db.session.scalars(
            db.select(Notice.id).where(Notice.user_id == find_user("sol").id)
        ).one()
    assert visit(f"/notices/{sols}/open", "ada", **{"_": ""}).location == "/notices"
    assert visit("/live", "sol").json["notices"] == 1
    page = visit("/notices/read", "sol", follow=True, **{"_": ""})
    assert "1 notification marked as read." in page.words
    assert visit("/live", "sol").json["notices"] == 0


def test_sol_chooses_what_she_is_told_and_sees_only_what_she_may_hear(app, visit):
    page = visit("/account/notices", "sol")
    assert "New texts in my conversations" in page.words
    assert "restore test" not in page.words
    assert "Your account has no verified phone" in page.words
    answer = visit("/account/notices", "sol", on=["open_texts:browser", "backup:mail", "x:y"])
    assert answer.status_code == 303
    with app.app_context():
        rows = db.session.scalars(db.select(NoticeChoice)).all()
        stored = {(row.kind.value, row.channel.value, row.is_on) for row in rows}
    assert ("open_texts", "browser", True) in stored
    assert ("my_texts", "browser", False) in stored
    assert not {kind for kind, _, _ in stored} & {"backup", "budget"}
    boxes = visit("/account/notices", "sol").text
    assert re.search(r'value="open_texts:browser"[^>]*checked', boxes)
    assert not re.search(r'value="my_texts:browser"[^>]*checked', boxes)


def test_a_test_goes_to_oneself_and_not_twice_at_once(app, staff, mail_server, visit):
    address = "/account/notices/test"
    words = visit(address, "ada", follow=True, channel="mail").words
    assert "The e-mail is sent within a minute." in words
    assert "You asked for a test" in visit(address, "ada", follow=True, channel="mail").words
    assert "No text can reach you" in visit(address, "ada", follow=True, channel="text").words
    assert "No e-mail can reach you" in visit(address, "sol", follow=True, channel="mail").words
    assert visit(address, "ada", channel="pigeon").status_code == 400
    staff.send()
    assert [mail["Subject"] for mail in mail_server.mails] == ["This is a test of notifications."]


def test_ada_adds_a_chat_whose_address_is_never_shown_again(app, visit):
    fields = {"name": "Team", "shape": "slack", "url": HOOK, "kinds": ["blast_paused"]}
    page = visit("/settings/notices", "ada", follow=True, is_active="y", **fields)
    assert "Team was added. Send it a test." in page.words
    assert "Slack, Mattermost, hooks.example.org" in page.words
    page = visit("/settings/notices/chats/1", "ada")
    assert "Leave blank to keep the one at hooks.example.org." in page.words
    assert "secret" not in page.text
    fields |= {"name": "The team", "url": "", "kinds": ["blast_late", "budget"]}
    visit("/settings/notices/chats/1", "ada", **fields)
    with app.app_context():
        chat = db.session.get(ChatWebhook, 1)
        assert (chat.name, chat.url, chat.is_active) == ("The team", HOOK, False)
        assert [kind.value for kind in chat.chosen_kinds] == ["blast_late", "budget"]
    words = visit("/audit", "ada").words
    assert "edited a chat that is told of what needs staff" in words
    assert "secret" not in words
    page = visit("/settings/notices/chats/1/delete", "ada", follow=True, **{"_": ""})
    assert "The team was deleted." in page.words
    assert visit("/settings/notices/chats/1", "ada").status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter a name."),
        ({"url": ""}, "Enter the address that the program gave you."),
        ({"url": "hooks.example.org"}, "Enter an address such as"),
        ({"url": "javascript:alert(1)"}, "Enter an address such as"),
        ({"kinds": []}, "Choose at least one."),
        ({"shape": "apprise"}, "Not a valid choice."),
    ],
)
def test_a_mistake_is_said_beside_its_field(visit, changes, sentence):
    fields = {"name": "Team", "shape": "slack", "url": HOOK, "kinds": ["blast_paused"]}
    page = visit("/settings/notices", "ada", **(fields | changes))
    assert page.status_code == 422
    assert sentence in page.words
    assert 'value="Team"' in page.text or not changes.get("name", "x")


def test_two_chats_have_different_names_and_addresses(visit):
    fields = {"name": "Team", "shape": "slack", "url": HOOK, "kinds": ["blast_paused"]}
    visit("/settings/notices", "ada", **fields)
    page = visit("/settings/notices", "ada", **fields)
    assert (page.status_code, "Another chat has this" in page.words) == (422, True)


def test_a_test_of_a_chat_says_what_became_of_it(app, visit, chat_server):
    fields = {"name": "Team", "shape": "slack", "kinds": ["blast_paused"], "is_active": "y"}
    visit("/settings/notices", "ada", url=chat_server.address + "/x", **fields)
    test = "/settings/notices/chats/1/test"
    assert "Team took the test." in visit(test, "ada", follow=True, **{"_": ""}).words
    chat_server.status = 410
    words = visit(test, "ada", follow=True, **{"_": ""}).words
    assert "Team: The address answered with 410." in words


def test_the_page_says_whether_e_mail_leaves(visit, mail_server):
    page = visit("/settings/notices", "ada")
    assert "Send a test to ada@example.org" in page.words
    assert "SMS Admin can’t tell you that it is down" in page.words
    test = "/settings/notices/mail-test"
    assert "The mail server took the e-mail." in visit(test, "ada", follow=True, **{"_": ""}).words
    mail_server.refusals = {"RCPT": "550 no"}
    words = visit(test, "ada", follow=True, **{"_": ""}).words
    assert "The mail server does not accept this address." in words
    assert visit("/settings/notices", "sol").status_code == 403
