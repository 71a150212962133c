"""The newcomer's story, on a real server with a fresh database: from the setup address to the
second blast.
"""

import csv
import json
import re

import pytest

from tests.browser.accessibility import (
    everybody_can_use,
    everybody_can_use_it_in_the_dark,
    everybody_can_use_it_on_a_desk,
    fits_every_screen,
)
from tests.browser.addresses import EMPTY
from tests.browser.browser_user import LONG, Walk
from tests.gunicorn_server import ROOT, GunicornServer, wait_until
from tests.sample_rows import make_phone

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEXT = "Hi {first_name|friend}, the Spring Picnic is Saturday 11am at City Park."
FAULTY = {
    "123": "short code",
    "303555010": "too short",
    "call Anna": "does not look like a phone number",
    "303 555 0101 ext. 5": "extension",
    "+1 900 555 0100": "premium number",
    "": "no phone number",
}
LEAVER = 123  # the person who says STOP


@pytest.fixture
def server(tmp_path):
    with GunicornServer(tmp_path / "sms.db", SEND_RATE="500", UNDO_SECONDS="2") as server:
        wait_until(lambda: "/setup?token=" in server.said, "the setup address")
        yield server


@pytest.fixture
def ada(server, visits_to):
    """Ada, before her first click."""
    return Walk(visits_to(server.url)(), server.url)


@pytest.fixture
def sheet(tmp_path):
    """A spreadsheet of 1,000 rows: 970 people, five of them a second time, and 25 rows that
    cannot be read.
    """
    rows = [(f"Person {n:03} Riverside", make_phone(n)) for n in range(970)]
    rows += [(f"Twice {n}", rows[n][1].removeprefix("+1")) for n in range(5)]
    wrong = [*FAULTY] * 5
    rows += [(f"Faulty {n}", wrong[n]) for n in range(25)]
    path = tmp_path / "members.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("Name", "Phone"), *rows])
    return path


def test_from_a_spreadsheet_to_the_second_blast(server, ada, sheet):
    ada.set_up(server.setup_address)
    import_them(ada, sheet)
    send_to_970(ada)
    name = say_stop(ada, make_phone(LEAVER))
    send_to_the_others(ada, name)


def import_them(ada, sheet):
    """Every bad row is named with its reason, and nobody is on the list before Ada says so."""
    ada.click("text=Add people")
    ada.upload(sheet)
    assert ada.number_on("new") == 970
    assert ada.number_on("duplicates in the file") == 5
    assert ada.number_on("need fixing") == 25
    rows = ada.page.locator("#rows tbody tr").all_inner_texts()
    assert len(rows) == 25
    for n, row in enumerate(rows):
        assert f"Faulty {n}" in row
        assert list(FAULTY.values())[n % len(FAULTY)] in row
    ada.page.select_option("#agreed", label="In person or by phone")
    ada.click("text=Import 970 people")
    ada.wait_for("970 people were imported.")
    ada.click("text=Go to Community")
    ada.wait_for("of 970 people")


def show_the_whole_of_compose(page):
    """F14: recipients with their number, the box and Review are on the screen together."""
    before = page.viewport_size
    for width, height in ((1366, 650), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        boxes = [
            page.locator(part).bounding_box()
            for part in (".to > summary", "#message_body", ".sticky .btn.lg")
        ]
        assert all(box["y"] >= 0 for box in boxes)
        assert boxes[1]["y"] + boxes[1]["height"] <= boxes[2]["y"]
        assert boxes[2]["y"] + boxes[2]["height"] <= height
    page.set_viewport_size(before)


def send_to_970(ada):
    """The counter counts while she types; nothing leaves before she typed how many; the pages
    move by themselves.
    """
    ada.open_new_blast()
    meter = ada.page.locator("[data-meter-of=message_body-text]")
    ada.page.locator("#message_body").press_sequentially(TEXT)
    footer = ada.page.get_attribute("#include_unsubscribe", "data-footer")
    as_friend = re.sub(r"\{[^{}|]+\|([^{}]*)\}", r"\1", TEXT)
    assert meter.locator("[data-units]").inner_text() == str(len(f"{as_friend}\n{footer}"))
    ada.wait_for("1 segment for 970 people")
    show_the_whole_of_compose(ada.page)
    ada.check()
    ada.wait_for("970 people get this text")
    ada.click(".confirm-bar button[name=confirm]")
    ada.wait_for("Type 970 to confirm.")
    ada.confirm(970)
    assert re.match(r"Starts in \d seconds?|Starting", ada.page.inner_text("#countdown"))
    ada.wait_for("Sending:", state="attached")
    ada.wait_for("Delivered to all 970 people.")
    status = ada.status(ada.log_id)
    assert (status["total_recipients"], status["delivered"], status["skipped"]) == (
        970,
        970,
        0,
    )


def say_stop(ada, phone):
    """On the practice phone of one person, who got the text with their own name; the name."""
    ada.menu("Practice phone")
    ada.page.fill("#search", phone)
    ada.press("Search")
    name = f"Person {LEAVER:03} Riverside"
    ada.click(f"main a:text-is('{name}') >> nth=0")
    ada.wait_for("Hi Person, the Spring Picnic is Saturday 11am at City Park.")
    ada.page.fill("#body", "STOP")
    ada.click(".phone button:has-text('Send')")
    ada.wait_for("Opted out")
    return name


def send_to_the_others(ada, name):
    """The second blast says whom it leaves out, and leaves out exactly that person."""
    ada.write("See you tomorrow at the picnic!")
    ada.wait_for("969 people get this text")
    ada.wait_for("1 person skipped")
    ada.confirm(969)
    ada.wait_for("Delivered to all 969 people.")
    ada.click(".blast-figures a:has-text('skipped')")
    rows = ada.page.locator("main table tbody tr").all_inner_texts()
    assert len(rows) == 1
    assert name in rows[0]
    assert "Opted out" in rows[0]
    ada.menu("Home")
    ada.wait_for("969 of 969")


@pytest.mark.torture
def test_twelve_clicks_from_the_setup_to_a_delivered_practice_text(server, ada):
    ada.set_up(server.setup_address)
    ada.click("text=Add people")
    ada.add_person("Zoë Hernández", "303 555 0142")
    ada.menu("Home")
    ada.click("text=Write a blast")
    ada.check()
    ada.confirm(1)
    ada.wait_for("Delivered to 1 person.")
    ada.menu("Practice phone")
    ada.click("main a:text-is('Zoë Hernández') >> nth=0")
    ada.wait_for("Hi Zoë, this is our first text from SMS Admin.")
    assert ada.clicks <= 12
    ada.menu("Home")
    ada.wait_for("It was delivered.", state="attached")


def test_the_setup_knows_zone_and_country_and_shows_the_password(server, chromium):
    context = chromium.new_context(timezone_id="Europe/Paris")
    page = context.new_page()
    page.goto(server.setup_address)
    assert page.input_value("#timezone") == "Europe/Paris"
    assert page.input_value("#region") == "FR"
    page.fill("#password", "seven green bottles hang")
    page.click("text=Show password")
    assert page.get_attribute("#password", "type") == "text"
    context.close()


@pytest.mark.torture
def test_eight_clicks_from_the_demo_to_a_practice_phones_answer_in_the_inbox(server, ada):
    """A blast is written and sent on the way."""
    ada.page.goto(server.setup_address)
    ada.click("text=Look around in the demo", timeout=LONG)  # 4 s of processor for a year
    ada.wait_for("This is a demo.")
    ada.write("Is there anybody who can bring soup without onions?")
    label = ada.page.inner_text("label[for=people_count]")
    ada.confirm(label.split(" Type ")[1].split()[0])
    ada.click(".watched-phones button >> nth=0", timeout=LONG)
    ada.page.wait_for_selector("main .phone .bub.out:has-text('Yes')")
    ada.menu("Inbox")
    ada.page.wait_for_selector("#threads .last:has-text('Yes')")
    assert ada.clicks <= 8
    for address in ("/", "/help"):
        ada.page.goto(server.url + address)
        fits_every_screen(ada.page)
        everybody_can_use(ada.page)


def test_everything_works_without_javascript(server, visits_to, tmp_path):
    ada = Walk(visits_to(server.url)(java_script_enabled=False), server.url)
    ada.set_up(server.setup_address)
    ada.click("text=Add people")
    ada.add_person("Zoë Hernández", "303 555 0142")
    ada.write("Hi {first_name|friend}, supper is at six.")
    ada.wait_for("Hi Zoë, supper is at six.")
    ada.confirm(1)
    ada.wait_for("Delivered to 1 person.")
    ada.page.click(".watched-phones button")
    ada.menu("Inbox")
    ada.page.click("#threads a:has-text('Zoë')")
    ada.page.fill("#body", "See you!")
    ada.click("text=Send reply")
    ada.page.wait_for_selector("#live .bub.out:has-text('See you!')")
    ada.menu("Surveys")
    ada.click("main a:has-text('New survey') >> nth=0")
    ada.page.fill("#name", "Supper")
    ada.page.fill("#trigger_keyword", "supper")
    ada.page.fill("#questions-0-prompt", "What can you bring?")
    ada.click(".sticky >> text=Add survey")
    ada.heading("Supper")
    sheet = tmp_path / "two.csv"
    sheet.write_text("name,phone\nMia,303 555 0199\n")
    ada.menu("Community")
    ada.upload(sheet)
    ada.page.select_option("#agreed", label="In person or by phone")
    ada.click("text=Import 1 person")
    ada.wait_for("1 person was imported.")


@pytest.mark.torture
def test_the_first_pages_can_be_used_by_everybody(server, ada):
    ada.page.goto(server.url + "/setup?token=wrong")
    everybody_can_use(ada.page)
    ada.page.goto(server.setup_address)
    ada.click("main button:text-is('Set up mine')")
    ada.page.wait_for_selector("[data-bad]")
    fits_every_screen(ada.page)
    everybody_can_use(ada.page)
    ada.set_up(server.setup_address)
    for address in EMPTY:
        ada.page.goto(server.url + address)
        fits_every_screen(ada.page)
        everybody_can_use_it_on_a_desk(ada.page)


@pytest.mark.torture
def test_the_first_pages_can_be_used_in_the_dark(server, ada):
    ada.set_up(server.setup_address)
    for address in EMPTY:
        ada.page.goto(server.url + address)
        everybody_can_use_it_in_the_dark(ada.page)


def test_the_counter_of_the_page_agrees_with_the_carrier(server, ada):
    ada.set_up(server.setup_address)
    ada.open_new_blast()
    ada.page.wait_for_url("**/blasts/new")  # waits for its scripts too
    golden = json.loads((ROOT / "tests" / "data" / "parts.json").read_text()).values()
    seen = ada.page.evaluate("(texts) => texts.map(smsMeasure)", [each["text"] for each in golden])
    wanted = [(each["encoding"], each["parts"]) for each in golden]
    assert [(each["encoding"], each["parts"]) for each in seen] == wanted
