"""The inbox in a real browser: a text arrives while somebody writes, keys, a phone's three
screens, no JavaScript.
"""

import shutil

import pytest

from app import create_app
from app.core.db import db, write
from app.core.settings import Settings
from app.delivery.models import Message
from app.inbox.models import SavedReply, Thread
from tests.browser.browser_user import Walk
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import LEO, PASSWORD, ZOE
from tests.sample_rows import add_inbound_text, add_member, make_phone

pytestmark = [pytest.mark.browser, pytest.mark.slow]
UNSENT = "Dear Zoë, I am still writ"


@pytest.fixture(scope="module")
def app(tmp_path_factory, fresh_database):
    """Another process's view of the same database: what comes in there shows here."""
    path = tmp_path_factory.mktemp("inbox") / "sms.db"
    shutil.copy(fresh_database, path)
    return create_app(
        Settings(
            secret_key="a-key-for-tests-0123456789",
            app_env="test",
            database_url=f"sqlite:///{path}",
        )
    )


@pytest.fixture(scope="module")
def server(app):
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
        add_inbound_text(ZOE, "Is there parking?")
        with write() as session:
            session.add(SavedReply(title="Gate", body="By the gate, {first_name|friend}."))
        path = app.extensions["settings"].database_path
    with GunicornServer(path, SCHEDULER_ENABLED="0") as server:
        yield server


def signed_in(visits, server, **window):
    walk = Walk(visits(**window), server.url)
    walk.sign_in()
    return walk


def come(app, body):
    with app.app_context():
        add_inbound_text(ZOE, body)
        db.session.remove()


def unread(app):
    with app.app_context():
        return db.session.scalar(db.select(Thread.unread).where(Thread.id == 1))


def test_a_text_arrives_while_somebody_writes_and_the_box_keeps_its_words_and_its_place(
    app, server, visits_to
):
    ada = signed_in(visits_to(server.url), server)
    ada.page.goto(f"{server.url}/inbox/1")
    wait_until(lambda: unread(app) == 0, "the text to be read, by being on the screen")
    ada.page.click("#body")
    ada.page.keyboard.type(UNSENT)
    place = ada.page.locator("#body").bounding_box()
    come(app, "I found it, thanks")
    ada.page.wait_for_selector("#live .bub:has-text('I found it, thanks')")
    ada.page.wait_for_selector("#threads .last:has-text('I found it, thanks')")
    assert ada.page.input_value("#body") == UNSENT
    assert ada.page.locator("#body").bounding_box() == place
    assert ada.page.evaluate("document.activeElement.id") == "body"
    wait_until(lambda: unread(app) == 0, "the new one to be read")
    ada.page.click("summary:has-text('Saved replies')")
    ada.page.click("button:has-text('Gate')")
    assert ada.page.input_value("#body") == UNSENT + "By the gate, Zoë."
    ada.page.goto(server.url)
    ada.page.goto(f"{server.url}/inbox/1")
    assert ada.page.input_value("#body") == UNSENT + "By the gate, Zoë.", "a draft is kept"
    ada.page.fill("#body", "/ga")
    ada.page.wait_for_selector("button.chosen:has-text('Gate')")
    ada.page.keyboard.press("Enter")
    assert ada.page.input_value("#body") == "By the gate, Zoë."
    ada.page.fill("#body", "Good!")
    ada.page.keyboard.press("Control+Enter")
    ada.page.wait_for_selector("#live .bub.out:has-text('Good!')")
    ada.page.wait_for_function("document.activeElement.id === 'body'")
    assert ada.page.input_value("#body") == "", "what was sent is no draft any more"
    with app.app_context():
        assert db.session.scalars(db.select(Message.body).where(Message.kind == "reply")).all() == [
            "Good!"
        ]


FIRST_IN_VIEW = """() => {
    const top = document.querySelector(".talk .scr").getBoundingClientRect().top;
    const texts = [...document.querySelectorAll("#live > [id^=m]")];
    const first = texts.find((one) => one.getBoundingClientRect().bottom > top);
    return [first.id, first.getBoundingClientRect().top];
}"""


def test_who_reads_further_up_stays_there_and_a_pill_leads_to_what_is_new(app, server, visits_to):
    for number in range(12):
        come(app, f"Line {number}")
    ada = signed_in(visits_to(server.url), server)
    ada.page.goto(f"{server.url}/inbox/1?state=all")
    wait_until(lambda: unread(app) == 0, "the texts to be read")
    ada.page.evaluate("document.querySelector('.talk .scr').scrollTop = -300")
    here = ada.page.evaluate(FIRST_IN_VIEW)
    come(app, "Are you still there?")
    ada.page.click("[data-fresh]:text-is('1 new message')", trial=True)
    come(app, "Hello?")
    ada.page.wait_for_selector("[data-fresh]:text-is('2 new messages')")
    assert ada.page.evaluate(FIRST_IN_VIEW) == [here[0], pytest.approx(here[1], abs=2)]
    assert unread(app) == 2, "what is out of sight is not read"
    ada.page.click("[data-fresh]")
    ada.page.wait_for_selector("[data-fresh]", state="hidden")
    assert ada.page.is_visible(".bub:text-is('Hello?')")
    wait_until(lambda: unread(app) == 0, "them to be read")


def test_keys_lead_through_the_inbox_and_never_while_somebody_types(app, server, visits_to):
    with app.app_context():
        add_inbound_text(LEO, "Good morning")
        db.session.remove()
    ada = signed_in(visits_to(server.url), server)
    ada.page.goto(f"{server.url}/inbox?state=all")
    ada.page.keyboard.press("j")
    ada.page.wait_for_url("**/inbox/1?**")
    ada.page.keyboard.press("k")
    ada.page.wait_for_url("**/inbox/2?**")
    ada.page.keyboard.press("r")
    ada.page.keyboard.type("jerk?")
    assert ada.page.input_value("#body") == "jerk?"
    ada.page.evaluate("document.activeElement.blur()")
    ada.page.keyboard.press("?")
    ada.page.wait_for_selector(".keys kbd:text-is('j')")
    ada.page.uncheck("#keys-on")
    ada.page.keyboard.press("Escape")
    ada.page.keyboard.press("e")
    ada.page.reload()
    assert not ada.page.is_checked("#keys-on", timeout=2000)
    ada.page.keyboard.press("?")
    assert ada.page.is_hidden(".keys kbd >> nth=0"), "whoever does not want them has none"
    ada.page.click(".more-acts > summary")
    ada.page.click(".keys summary")
    ada.page.check("#keys-on")
    ada.page.keyboard.press("Escape")
    ada.page.keyboard.press("e")
    ada.wait_for("Done. It comes back if they text again.")


def test_on_a_phone_list_conversation_and_person_are_a_screen_each(app, server, visits_to):
    sol = Walk(visits_to(server.url, sol=PASSWORD)(who="sol", width=390), server.url)
    come(app, "Hello again")
    sol.page.goto(server.url)
    sol.page.click(".tabs a:has-text('Inbox')")
    sol.page.click("#threads a:has-text('Zoë')")
    sol.page.wait_for_selector("#talk")
    assert (
        sol.page.is_visible("#threads"),
        sol.page.is_visible("#talk"),
        sol.page.is_visible("#about"),
    ) == (0, 1, 0)
    sol.page.click(".more-acts > summary")
    sol.page.click("text=About this person")
    sol.page.wait_for_selector("#about")
    assert (sol.page.is_visible("#talk"), sol.page.is_visible("#about")) == (
        False,
        True,
    )
    sol.page.click("text=Back to the conversation")
    sol.page.wait_for_selector("#body")


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
    ada.page.wait_for_selector("#live .bub.out:has-text('By the gate, Zoë.')")
    ada.page.click("button:has-text('Done')")
    ada.wait_for("Done. It comes back if they text again.")


def test_the_list_stays_where_it_is_read_when_somebody_comes_to_its_top(app, server, visits_to):
    with app.app_context():
        for number in range(20):
            add_inbound_text(make_phone(number), f"Hello {number}")
        db.session.remove()
    ada = signed_in(visits_to(server.url), server)
    ada.page.goto(f"{server.url}/inbox?state=all")
    ada.page.evaluate("document.querySelector('.inbox .list').scrollTop = 400")
    line = ada.page.locator("#threads .th:has-text('Hello 8')")
    place = line.bounding_box()["y"]
    come(app, "I come to the top")
    ada.page.wait_for_selector("#threads .last:has-text('I come to the top')", state="attached")
    assert line.bounding_box()["y"] == pytest.approx(place, abs=2)


@pytest.mark.parametrize(("width", "height"), [(1366, 650), (390, 844), (320, 640)])
def test_send_reply_is_in_view_at_every_size(server, visits_to, width, height):
    ada = Walk(visits_to(server.url, ada=PASSWORD)(who="ada", width=width), server.url)
    ada.page.set_viewport_size({"width": width, "height": height})
    ada.page.goto(f"{server.url}/inbox/1?state=all")
    box = ada.page.locator("#reply-form .btn.pri").bounding_box()
    bar = ada.page.locator(".tabs").bounding_box()
    limit = bar["y"] if bar and bar["height"] else height
    assert box["y"] + box["height"] <= limit
    assert ada.page.evaluate("document.documentElement.scrollHeight") <= height
    ada.page.fill("#body", "A longer reply. " * 40)
    grown = ada.page.locator("#reply-form .btn.pri").bounding_box()
    assert grown["y"] + grown["height"] <= limit
    assert "segments" in ada.page.inner_text("[data-count]")
    ada.page.fill("#body", "")


def test_who_else_is_writing_is_shown_without_moving_anything(app, server, visits_to):
    come(app, "Which gate?")
    ada = signed_in(visits_to(server.url), server)
    ada.page.goto(f"{server.url}/inbox/1?state=all")
    place = ada.page.locator("#body").bounding_box()
    sol = Walk(visits_to(server.url, sol=PASSWORD)(who="sol"), server.url)
    sol.page.goto(f"{server.url}/inbox/1?state=all")
    sol.page.click("#body")
    sol.page.keyboard.type("The north")
    ada.page.wait_for_selector("#writers:has-text('Sol is writing a reply')")
    assert ada.page.locator("#body").bounding_box() == place
    sol.page.fill("#body", "")
