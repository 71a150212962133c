"""A bilingual blast to 60 people in a browser: written, tested, reviewed and sent, each phone reads
its own language.
"""

import contextlib
import shutil
import sqlite3

import pytest

from tests.browser.browser_user import LONG, Walk
from tests.browser.story_records import read_rows, take_picture
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import PASSWORD
from tests.sample_rows import make_phone

PICTURES = "LANGUAGE_PICTURES"
pytestmark = [pytest.mark.browser, pytest.mark.torture]
PEOPLE = 60
# Every third reads Spanish, one reads Vietnamese.
SPANISH_READERS = range(0, PEOPLE, 3)
VIETNAMESE_READER = 1
ENGLISH = "Hi {first_name|friend}, the fair is on Saturday at ten."
SPANISH = "Hola {first_name|amigo}, la feria es el sábado a las diez. ¡Ven con tu família!"
ADMIN_PHONE = "+13035550199"
ADD_MEMBER = "INSERT INTO community_members (name, phone, created_at) VALUES (?, ?, '2026-01-05')"
SET_LANGUAGE = """
    UPDATE people SET language = ?
    WHERE id = (SELECT person_id FROM person_phones WHERE phone = ?)
"""
ARRIVED = "SELECT phone, body FROM sandbox_messages WHERE NOT from_phone"
KEPT = "SELECT phone, language, segments, status FROM messages WHERE kind = 'blast'"


@pytest.fixture
def database(tmp_path, fresh_database):
    """Ada and Sol, and 60 people who read three languages."""
    path = tmp_path / "sms.db"
    shutil.copy(fresh_database, path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for n in range(PEOPLE):
            connection.execute(ADD_MEMBER, (f"Person {n}", make_phone(n)))
        languages = {make_phone(n): "es" for n in SPANISH_READERS}
        languages[make_phone(VIETNAMESE_READER)] = "vi"
        for phone, tag in languages.items():
            assert connection.execute(SET_LANGUAGE, (tag, phone)).rowcount == 1
    return path


def test_a_bilingual_blast_reaches_each_phone_in_its_language(database, visits_to):
    with GunicornServer(database, ADMIN_TEST_PHONE=ADMIN_PHONE, UNDO_SECONDS="1") as server:
        ada = Walk(visits_to(server.url, ada=PASSWORD)(who="ada"), server.url)
        ada.page.goto(server.url)
        ada.open_new_blast()
        write_both_texts(ada)
        ada.wait_for("40 people")
        ada.wait_for("20 people")
        take_picture(ada, PICTURES, "compose")
        ada.click(".sticky button:text-is('Send a test to me')")
        wait_until(lambda: len(read_rows(database, ARRIVED)) == 2, "a test in each language")
        ada.page.goto(f"{ada.url}/blasts/drafts/1")
        review_and_send(ada)
        ada.page.wait_for_url("**/blasts/logs/*", timeout=LONG)
        wait_until(lambda: count_delivered(database) == PEOPLE, "60 texts", LONG / 1000)
        take_picture(ada, PICTURES, "sent")
    expect_own_languages(database)


def write_both_texts(ada):
    """Add Spanish, which most people here read, and write both texts."""
    ada.click("summary:has-text('Add a language')")
    assert ada.page.input_value("#new_language") == "es"
    take_picture(ada, PICTURES, "add")
    ada.click("button[name=add_language]")
    ada.page.wait_for_selector("label:has-text('Spanish text')")
    ada.page.click("#message_body")
    ada.page.keyboard.press("Control+A")
    ada.page.keyboard.type(ENGLISH)
    ada.page.click("[id=translation-es]")
    ada.page.keyboard.type(SPANISH)


def review_and_send(ada):
    """Look at both texts, drop the accents that cost segments, and send."""
    ada.page.wait_for_selector("label:has-text('Spanish text')")
    ada.check()
    ada.wait_for("Texts by language")
    ada.wait_for("1 person reads Vietnamese. They get the English text.")
    take_picture(ada, PICTURES, "review")
    ada.press("Write the Spanish text without accents")
    ada.wait_for("la feria es el sabado")
    take_picture(ada, PICTURES, "review-plain")
    ada.confirm(PEOPLE)
    take_picture(ada, PICTURES, "scheduled")


def count_delivered(database):
    return sum(status == "delivered" for *_, status in read_rows(database, KEPT))


def expect_own_languages(database):
    """Compare each phone with its row, and both with what the person reads."""
    rows = {phone: (tag, segments) for phone, tag, segments, _ in read_rows(database, KEPT)}
    bodies = {phone: body for phone, body in read_rows(database, ARRIVED) if phone in rows}
    assert len(bodies) == len(rows) == PEOPLE
    for n in range(PEOPLE):
        phone = make_phone(n)
        is_spanish = n in SPANISH_READERS
        assert rows[phone] == ("es" if is_spanish else None, 1)
        greeting = "Hola Person, la feria" if is_spanish else "Hi Person, the fair"
        assert bodies[phone].startswith(greeting)
        line = "Responda STOP para cancelar." if is_spanish else "Reply STOP to opt out."
        assert bodies[phone].endswith(line)
