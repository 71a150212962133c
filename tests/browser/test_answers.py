"""The story of answers: a survey with its event is made, twelve practice phones answer, and
every page knows.
"""

import shutil

import pytest

from tests.browser.browser_user import Walk
from tests.gunicorn_server import GunicornServer
from tests.sample_rows import make_phone

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COMES = [
    ("yes", "2"),
    ("sí", "four"),
    ("👍", "1"),
    ("Ok", "5 people"),
    ("oui", "3"),
    ("yep", "2"),
    ("Yes!", "3"),
]
NO = [("no",), ("No gracias",)]
NONSENSE = [("banana", "what?", "hm"), ("yes", "a few", "some", "2 adults and 3 kids")]
STOPS = [("yes", "please stop texting me")]
EVERYBODY = [*COMES, *NO, *NONSENSE, *STOPS]


@pytest.fixture
def ada(tmp_path, fresh_database, visits_to):
    """Ada, signed in, on a server that sends and plays the phones."""
    shutil.copy(fresh_database, tmp_path / "sms.db")
    with GunicornServer(tmp_path / "sms.db") as server:
        walk = Walk(visits_to(server.url)(), server.url)
        walk.sign_in()
        yield walk
        walk.page.close()  # before its server goes: a page that asks for news would find nobody


def make_the_survey(ada):
    """Two questions and a new event, on one form."""
    ada.menu("Surveys")
    ada.click("main a:has-text('New survey') >> nth=0")
    ada.page.fill("#name", "Who comes to the picnic")
    ada.page.fill("#trigger_keyword", "picnic")
    ada.page.fill("#questions-0-prompt", "Are you coming?")
    ada.page.select_option("#questions-0-kind", "yes_no")
    ada.page.fill("#new_event", "Spring picnic")
    ada.press("Add a question")
    ada.page.wait_for_selector("#questions-1-prompt")
    ada.page.fill("#questions-1-prompt", "How many of you?")
    ada.page.select_option("#questions-1-kind", "number")
    ada.page.select_option("#questions-0-ways-1-to", label="the end, without registering")
    ada.click(".sticky >> text=Add survey")
    ada.heading("Who comes to the picnic")


def text(ada, phone, words):
    """The practice phone texts: its own form, in through the signed webhook before the page
    comes back.
    """
    token = ada.page.locator("input[name=csrf_token]").first.get_attribute("value")
    address = f"{ada.url}/sandbox/{phone[1:]}/text"
    answer = ada.page.request.post(
        address, form={"csrf_token": token, "body": words}, max_redirects=0
    )
    assert answer.status == 303, answer.text()


def test_twelve_phones_answer_two_with_nonsense_and_one_with_stop(ada):
    make_the_survey(ada)
    survey = ada.page.url
    for n, said in enumerate(EVERYBODY):
        text(ada, make_phone(n), "Picnic!")
        for words in said:
            text(ada, make_phone(n), words)
    ada.page.goto(survey)
    for words in ("Needs review", "Opted out"):
        ada.wait_for(words)
    assert (
        ada.number_on("started"),
        ada.number_on("finished"),
        ada.number_on("need review"),
    ) == (12, 9, 2)
    assert "20 in total" in ada.page.inner_text("main")  # 2 + 4 + 1 + 5 + 3 + 2 + 3
    ada.menu("Events")
    ada.click("main a:text-is('Spring picnic')")
    ada.wait_for("7 people")
    ada.menu("Inbox")
    ada.wait_for("Unclear answer")
    assert ada.page.locator("#threads .th").count() == 2, (
        "those who were not understood, and nobody else"
    )
    ada.menu("Do not text")
    ada.page.wait_for_selector("main tbody >> text=Opted out")
    assert ada.page.locator("main tbody tr").count() == 1
    last_words(ada)


def last_words(ada):
    """The phone of whoever said STOP shows the question, their words, one confirmation, and
    nothing after it.
    """
    ada.page.goto(f"{ada.url}/sandbox/{make_phone(len(EVERYBODY) - 1)[1:]}")
    ada.wait_for("you have opted out")
    assert ada.page.locator("main >> text=you have opted out").count() == 1
