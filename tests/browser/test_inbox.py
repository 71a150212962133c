"""The inbox in a real browser: a text arrives while somebody writes, keys, a phone's three screens, no JavaScript."""

import shutil

import pytest

from app import create_app
from app.delivery.models import Message
from app.inbox.models import SavedReply, Thread
from app.kit.db import db, write
from app.kit.settings import Settings
from tests.browser.walk import Walk
from tests.cast import PASSWORD, ZOE
from tests.makers import member, wrote
from tests.served import Served, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
UNSENT = "Dear Zoë, I am still writ"


@pytest.fixture(scope="module")
def app(tmp_path_factory, fresh_database):
    """Another process's view of the same database: what comes in there shows here."""
    path = tmp_path_factory.mktemp("inbox") / "sms.db"
    shutil.copy(fresh_database, path)
    return create_app(
        Settings(secret_key="a-key-for-tests-0123456789", app_env="test", database_url=f"sqlite:///{path}")
    )


@pytest.fixture(scope="module")
def server(app):
    with app.app_context():
        member(ZOE, "Zoë Hernández")
        wrote(ZOE, "Is there parking?")
        with write() as session:
            session.add(SavedReply(title="Gate", body="By the gate, {first_name|friend}."))
        path = app.extensions["settings"].database_path
    with Served(path, SCHEDULER_ENABLED="0") as server:
        yield server


def signed_in(visits, server, **window):
    walk = Walk(visits(**window), server.url)
    walk.sign_in()
    return walk


def come(app, body):
    with app.app_context():
        wrote(ZOE, body)
        db.session.remove()


def unread(app):
    with app.app_context():
        return db.session.scalar(db.select(Thread.unread))


def test_a_text_arrives_while_somebody_writes_and_the_box_keeps_its_words_and_its_place(app, server, visits_to):
    ada = signed_in(visits_to(server.url), server)
    ada.page.goto(f"{server.url}/inbox/1")
    until(lambda: unread(app) == 0, "the text to be read, by being on the screen")
    ada.page.click("#body")
    ada.page.keyboard.type(UNSENT)
    place = ada.page.locator("#body").bounding_box()
    come(app, "I found it, thanks")
    ada.page.wait_for_selector("#live .bub:has-text('I found it, thanks')")
    ada.page.wait_for_selector("#threads .last:has-text('I found it, thanks')")
    assert ada.page.input_value("#body") == UNSENT
    assert ada.page.locator("#body").bounding_box() == place
    assert ada.page.evaluate("document.activeElement.id") == "body"
    until(lambda: unread(app) == 0, "the new one to be read")
    ada.page.click("text=Saved replies")
    ada.page.click("button:has-text('Gate')")
    assert ada.page.input_value("#body") == UNSENT + "By the gate, Zoë."
    ada.page.fill("#body", "Good!")
    ada.page.keyboard.press("Control+Enter")
    ada.wait_for("Your reply is on its way.")
    with app.app_context():
        assert db.session.scalars(db.select(Message.body).where(Message.kind == "reply")).all() == ["Good!"]


def test_on_a_phone_list_conversation_and_person_are_a_screen_each(app, server, visits_to):
    sol = Walk(visits_to(server.url, sol=PASSWORD)(who="sol", width=390), server.url)
    come(app, "Hello again")
    sol.page.goto(server.url)
    sol.page.click(".tabs a:has-text('Inbox')")
    sol.page.click("#threads a:has-text('Zoë')")
    sol.page.wait_for_selector("#talk")
    assert (sol.page.is_visible("#threads"), sol.page.is_visible("#talk"), sol.page.is_visible("#about")) == (0, 1, 0)
    sol.page.click("text=About Zoë")
    assert (sol.page.is_visible("#talk"), sol.page.is_visible("#about")) == (False, True)
    sol.page.click("text=Back to the conversation")
    assert sol.page.is_visible("#body")


def test_without_javascript_a_text_is_read_answered_and_done(app, server, visits_to):
    ada = signed_in(visits_to(server.url), server, java_script_enabled=False)
    come(app, "And without?")
    ada.page.goto(f"{server.url}/inbox/1?state=all")
    ada.page.click("text=Mark as read")
    ada.page.wait_for_selector("#body")
    assert unread(app) == 0
    ada.page.click("summary:has-text('Saved replies')")
    ada.page.click("button:has-text('Gate')")
    assert ada.page.input_value("#body") == "By the gate, Zoë."
    ada.page.click("text=Send reply")
    ada.wait_for("Your reply is on its way.")
    ada.page.click("button:has-text('Done')")
    ada.wait_for("Done. It comes back when they write again.")
