"""A person's hand on a blast: undo, later, pause, stop; a nervous finger; and everything
without JavaScript.
"""

import shutil

import pytest

from app import create_app
from app.core.db import db
from app.core.settings import Settings
from tests.browser.browser_user import Walk
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import PASSWORD
from tests.sample_rows import add_members

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PEOPLE = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory, fresh_database):
    """Ada, Sol and twenty people; four texts a second, so that there is time to pause; four
    seconds to undo.
    """
    path = tmp_path_factory.mktemp("hands") / "sms.db"
    shutil.copy(fresh_database, path)
    app = create_app(
        Settings(
            secret_key="a-key-for-tests-0123456789",
            app_env="test",
            database_url=f"sqlite:///{path}",
        )
    )
    with app.app_context():
        add_members(PEOPLE)
        db.engine.dispose()
    with GunicornServer(path, SEND_RATE="4", UNDO_SECONDS="4") as server:
        yield server


@pytest.fixture
def ada(server, visits_to):
    """Ada, signed in."""
    return signed_in(visits_to(server.url), server)


@pytest.fixture
def plain_ada(server, visits_to):
    """Ada in a browser without JavaScript."""
    return signed_in(visits_to(server.url), server, java_script_enabled=False)


def signed_in(visits, server, **window):
    walk = Walk(visits(**window), server.url)
    walk.sign_in()
    return walk


def listed(ada, text, at="/blasts/logs"):
    """How many blasts of a list begin with this text."""
    answer = ada.page.request.get(f"{ada.url}{at}?search={text.split()[0]}").text()
    return answer.count(f">{text}</a>")


def test_undo_within_the_seconds_sends_nothing(ada):
    ada.write("Undone: nobody reads this.")
    ada.confirm(PEOPLE)
    ada.press("Undo")
    ada.wait_for("Undone. No texts were sent.")
    assert listed(ada, "Undone: nobody reads this.") == 0
    assert listed(ada, "Undone: nobody reads this.", "/blasts/scheduled") == 1
    assert ada.page.input_value("textarea[name=message_body]") == "Undone: nobody reads this."


def test_a_blast_for_later_waits_and_can_be_cancelled(ada):
    ada.open_new_blast()
    assert ada.page.is_hidden("#schedule_date")
    ada.page.fill("#message_body", "Later: nobody reads this.")
    ada.click("label:text-is('Later')")
    ada.page.fill("#schedule_date", "2031-05-09")
    ada.page.fill("#schedule_time", "20:45")
    ada.check()
    assert "America/Denver" in ada.page.text_content(".kv")
    ada.confirm(PEOPLE)
    ada.wait_for("Scheduled for Fri, May 9, 2031, 8:45 PM.")
    ada.menu("Blasts")
    ada.click("main a:has-text('Scheduled') >> nth=0")
    ada.click("tr:has-text('Later: nobody') >> text=Cancel blast")
    ada.click("dialog button:text-is('Cancel blast')")
    ada.wait_for("Canceled. No texts were sent.")


def test_a_local_time_that_does_not_exist_is_said_and_nothing_typed_is_lost(ada):
    ada.open_new_blast()
    ada.page.fill("#message_body", "The night of the clocks")
    ada.click("label:text-is('Later')")
    ada.page.fill("#schedule_date", "2031-03-09")
    ada.page.fill("#schedule_time", "02:30")
    ada.click(".sticky button:text-is('Review')")
    ada.page.wait_for_selector(".summary")
    assert ada.page.input_value("textarea[name=message_body]") == "The night of the clocks"
    assert ada.page.input_value("#schedule_date") == "2031-03-09"
    assert ada.page.input_value("#schedule_time") == "02:30"
    assert ada.page.evaluate("document.activeElement.matches('.summary')")


PASTED = """Hi {name|<b>"you"</b>
all} {first_name|"<i>'} <img src=x onerror=alert(1)>
&lt;b&gt;"""


def test_what_is_pasted_is_text_whatever_stands_in_it(ada):
    ada.open_new_blast()
    ada.page.evaluate(
        """words => {
            const editor = document.getElementById("message_body");
            editor.focus();
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", words);
            editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        PASTED,
    )
    assert ada.page.input_value("textarea[name=message_body]") == PASTED
    tags = "[...document.querySelectorAll('#message_body *')].map((node) => node.nodeName)"
    assert set(ada.page.evaluate(tags)) == {"SPAN", "BR"}


def test_a_text_written_while_the_session_ended_is_back_for_its_writer_alone(ada):
    text = "Hi {first_name|friend}, the longest text that I ever wrote."
    ada.open_new_blast()
    # Asked for after the session ended, the preview would be a 401 that the browser minds.
    with ada.page.expect_response("**/blasts/preview"):
        ada.page.fill("#message_body", text)
    ada.page.context.clear_cookies()
    ada.click(".sticky button:text-is('Review')")
    ada.wait_for("Sign in")
    ada.page.click("main a:text-is('Sign in')")
    ada.page.fill("#username", "ada")
    ada.page.fill("#password", PASSWORD)
    ada.page.click("main button:text-is('Sign in')")
    ada.heading("New blast")
    ada.wait_for("the longest text that I ever wrote")
    assert ada.page.input_value("textarea[name=message_body]") == text
    assert ada.page.inner_text("#message_body").startswith("Hi First name or “friend”")
    # On a shared computer the next one to sign in is another person.
    ada.page.context.clear_cookies()
    ada.click(".sticky button:text-is('Review')")
    ada.wait_for("Sign in")
    ada.page.click("main a:text-is('Sign in')")
    ada.page.fill("#username", "sol")
    ada.page.fill("#password", PASSWORD)
    ada.page.click("main button:text-is('Sign in')")
    # Where Ada's text was saved as a draft meanwhile, Sol is told that there is no such page.
    ada.open_new_blast()
    assert ada.page.input_value("textarea[name=message_body]") == ""
    assert not ada.page.evaluate(
        "Object.keys(sessionStorage).some((key) => /^(draft|kept)/.test(key))"
    )


def test_pause_holds_the_rest_and_resume_sends_it(ada):
    ada.write("Paused for a while.")
    ada.confirm(PEOPLE)
    ada.wait_for("Sending: ", state="attached")
    ada.press("Pause")
    ada.wait_for("Paused after ")
    log_id = ada.log_id
    wait_until(lambda: ada.status(log_id)["in_flight"] == 0, "the texts on the wire")
    waiting = ada.status(log_id)["queued"]
    assert 0 < waiting < PEOPLE
    ada.page.reload()
    assert ada.status(log_id)["queued"] == waiting
    ada.press("Stop the rest")
    assert f"{waiting} " in ada.page.inner_text("dialog")
    ada.click("dialog button:text-is('Go back')")
    ada.press("Resume")
    ada.wait_for(f"Delivered to all {PEOPLE} people.")
    assert ada.status(log_id)["queued"] == 0


def test_a_double_click_makes_one_blast_and_so_does_sending_the_form_again(ada):
    text = "Twice: a nervous finger."
    ada.write(text)
    form = ada.page.locator("#review").evaluate("(form) => Object.fromEntries(new FormData(form))")
    ada.page.dblclick(".confirm-bar button[name=confirm]")
    ada.page.wait_for_selector("#countdown")
    again = ada.page.request.post(ada.url + "/blasts/new", form=form | {"confirm": "1"})
    assert again.url == ada.page.url
    assert listed(ada, text, "/blasts/scheduled") == 1
    ada.press("Undo")
    ada.wait_for("Undone. No texts were sent.")


def test_nothing_leaves_by_pressing_enter_in_the_text_or_by_one_click(ada):
    ada.open_new_blast()
    ada.page.fill("#message_body", "Enter: one key too many")
    ada.page.press("#message_body", "Enter")
    ada.page.focus("label:text-is('Now') >> xpath=preceding-sibling::input")
    ada.page.keyboard.press("Enter")
    ada.heading("Review")
    assert listed(ada, "Enter: one key too many", "/blasts/scheduled") == 0


@pytest.mark.torture
def test_a_blast_is_written_sent_and_cancelled_without_javascript(plain_ada):
    ada = plain_ada
    ada.write("Plain: written without JavaScript.")
    ada.wait_for(f"{PEOPLE} people get this text")
    ada.confirm(PEOPLE)
    ada.press("Undo")
    ada.wait_for("Undone. No texts were sent.")
    ada.open_new_blast()
    ada.page.fill("#message_body", "Plain: for another day.")
    ada.click("label:text-is('Later')")
    ada.page.fill("#schedule_date", "2031-05-09")
    ada.page.fill("#schedule_time", "20:45")
    ada.check()
    ada.confirm(PEOPLE)
    ada.press("Cancel blast")
    ada.wait_for("Canceled. No texts were sent.")


@pytest.mark.torture
def test_people_are_imported_and_deleted_without_javascript(plain_ada, tmp_path):
    ada = plain_ada
    sheet = tmp_path / "two.csv"
    sheet.write_text("name,phone\nMia Plain,303 555 0199\nTom,123\n")
    ada.menu("Community")
    ada.upload(sheet)
    ada.click("text=Import 1 person")
    ada.wait_for("1 person was imported.")
    ada.page.goto(f"{ada.url}/community?search=Mia")
    ada.page.check("[aria-label='Select Mia Plain']")
    ada.press("Delete")
    ada.wait_for("1 person was deleted.")


def test_sol_writes_and_stops_but_sees_nothing_of_the_admins(server, visits_to):
    sol = Walk(visits_to(server.url)(), server.url)
    sol.sign_in("sol")
    assert sol.page.locator(".side .nav").all_inner_texts()[:12] == [
        "Home",
        "Inbox",
        "Blasts",
        "Community",
        "Groups",
        "Segments",
        "Events",
        "Surveys",
        "Keywords",
        "Sequences",
        "Templates",
        "Practice phone",
    ]
    sol.write("From Sol.")
    sol.confirm(PEOPLE)
    sol.press("Undo")
    sol.wait_for("Undone. No texts were sent.")
