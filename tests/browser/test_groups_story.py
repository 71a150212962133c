"""The story of groups and audiences, on a real server: from a file of 300 people to a text for
exactly those who did not answer. Every number on a page is compared with the practice phones.
"""

import contextlib
import csv
import sqlite3

import pytest

from tests.browser.browser_user import LONG, Walk
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import PASSWORD
from tests.sample_rows import make_phone

# A minute on a busy machine: the pages and rules it walks through have quicker tests of their own.
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.torture]
PEOPLE, VOICES = 300, ("Soprano", "Alto", "Tenor", "Bass")
CHOIR, YOUTH = range(40), range(30, 70)
# Spanish-speaking altos, by the columns of the file.
ALTOS = [n for n in CHOIR if n % 3 == 0 and n % 4 == 1]
LEAVER, PAUSER = 35, 36  # both are in both groups; the second speaks Spanish
SINGER = 13  # in the choir only
FAIR = "Can you help at the fair, {first_name|friend}?"
SOUP = "Can you bring soup on Friday? Reply YES or NO."
# By name, the first ten of the choir; the first three answer.
ASKED = range(10)
ANSWERS = {0: "Yes", 1: "yes please", 2: "No, sorry"}
TEXTS_OF = "SELECT body FROM sandbox_messages WHERE phone = ? AND NOT from_phone ORDER BY id"
PHONES_WITH = """
    SELECT count(DISTINCT phone) FROM sandbox_messages
    WHERE NOT from_phone AND status = 'delivered' AND instr(body, ?)
"""
STORED = (
    "SELECT name, phone FROM community_members ORDER BY phone",
    "SELECT person_id, field_id, value, sort_value FROM person_values ORDER BY 1, 2",
    "SELECT group_id, phone FROM group_members WHERE until IS NULL ORDER BY 1, 2",
    "SELECT language, birthday FROM people ORDER BY id LIMIT 300",
    "SELECT phone FROM unsubscribed_contacts ORDER BY 1",
)
NUMBERLESS, MOVED, NEW, SECOND = 50, 51, 500, 501
NEWCOMERS = range(600, 605)
IN_BOTH = "40 in Choir, 40 in Youth, 10 in both: 70 people"
NOT_TODAY = "Choir and Youth, but not anyone texted today"


class GroupWalk(Walk):
    """Ada's way through lists, blasts and practice phones."""

    def open_group(self, name):
        """Show a group."""
        self.menu("Groups")
        self.click(f"main a:has-text('{name}') >> nth=0")
        self.heading(name)

    def tick(self, count):
        """Select the first people of a list."""
        for n in range(count):
            self.page.locator("tbody input[type=checkbox]").nth(n).check()

    def write_to(self, audience, text):
        """Write a text to the audience that compose shows, and go on to Review."""
        to = f".to summary:has-text('{audience}')"
        self.page.wait_for_selector(to, timeout=LONG)
        self.page.fill("#message_body", text)
        self.check()

    def expect_reviewed(self, people, audience, **skipped):
        """Compare what Review says with what it must say; reasons by their first word."""
        assert self.page.inner_text("main h2 >> nth=0").split()[0] == str(people)
        self.wait_for(f"To: {audience}")
        rows = self.page.locator("section:has(h2:has-text('skipped')) tbody tr").all_inner_texts()
        found = {row.split()[0]: int(row.split("\t")[1]) for row in rows}
        assert found == skipped

    def include(self, *names):
        """Begin a blast to several lists."""
        self.open_new_blast()
        self.click(".to summary")
        self.click("label:text-is('Groups and other lists')")
        for name in names:
            self.page.check(f"label:has-text('Include {name}')")

    def send_to(self, people, skipped=0):
        """Send what is reviewed, until it is delivered; return the blast's id."""
        self.confirm(people)
        self.wait_for(f"Delivered to all {people} people.")
        numbers = self.status(self.log_id)
        kept = {key: numbers[key] for key in ("total_recipients", "delivered", "skipped")}
        assert kept == {
            "total_recipients": people + skipped,
            "delivered": people,
            "skipped": skipped,
        }
        return self.log_id

    def text_as(self, n, words, reply):
        """Text from the practice phone of the n-th person, and wait for the reply."""
        self.page.goto(f"{self.url}/sandbox/{make_phone(n)[1:]}")
        self.page.fill("#body", words)
        self.click(".phone button:has-text('Send')")
        self.page.wait_for_selector(f".phone .bub.out:text-is('{words}')")
        self.page.wait_for_selector(".phone :text('Received by SMS Admin')")
        if reply:
            self.page.wait_for_selector(f'.phone .bub.in:has-text("{reply}")')

    def phones_with(self, words):
        """How many practice phones got a text with these words."""
        return self._read(PHONES_WITH, (words,))[0][0]

    def texts_of(self, n):
        """What the practice phone of the n-th person got, without the line to opt out and the name
        of the organization, with which a first text begins.
        """
        [(name,)] = self._read("SELECT name FROM organisation", ())
        bodies = [body for (body,) in self._read(TEXTS_OF, (make_phone(n),))]
        return [
            body.replace("\nReply STOP to opt out.", "").removeprefix(f"{name}: ")
            for body in bodies
        ]

    def read_rows(self):
        """Members, values and memberships of today, as they are stored."""
        return [self._read(statement, ()) for statement in STORED]

    def _read(self, statement, values):
        address = f"file:{self.database}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute(statement, values).fetchall()


@pytest.fixture
def ada(tmp_path, visits_to):
    """Ada, who has just set up her organization."""
    with GunicornServer(tmp_path / "sms.db", SEND_RATE="500", UNDO_SECONDS="1") as server:
        wait_until(lambda: "/setup?token=" in server.said, "the setup address")
        windows = visits_to(server.url)
        walk = GroupWalk(windows(), server.url)
        walk.open_window = windows
        walk.database = tmp_path / "sms.db"
        walk.set_up(server.setup_address)
        yield walk


@pytest.fixture
def sheet(tmp_path):
    """A file of 300 people with six columns."""
    rows = [build_row(n) for n in range(PEOPLE)]
    headings = ("Name", "Mobile", "Groups", "Language", "Birthday", "Voice part")
    path = tmp_path / "people.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


@pytest.fixture
def second_sheet(tmp_path):
    """A file of five new people and five known ones, with a new field and a new group."""
    rows = [
        (f"Newcomer {n}", make_phone(n).removeprefix("+1"), "Tent crew", "Blue") for n in NEWCOMERS
    ]
    known = [(*build_row(n)[:2], "Tent crew; Youth", "Red") for n in range(100, 105)]
    path = tmp_path / "tents.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("Name", "Mobile", "Groups", "Tent"), *rows, *known])
    return path


def build_row(n):
    """Return the six cells of the n-th person."""
    groups = [name for name, people in (("Choir", CHOIR), ("Youth", YOUTH)) if n in people]
    language = "Spanish" if n % 3 == 0 else "English"
    birthday = f"{1950 + n % 60}-{1 + n % 12:02}-{1 + n % 28:02}" if n % 5 else ""
    voice = VOICES[n % 4] if n in CHOIR else ""
    number = make_phone(n).removeprefix("+1")
    return f"Person{n:03} Riverside", number, "; ".join(groups), language, birthday, voice


def test_from_a_file_with_six_columns_to_those_who_did_not_answer(ada, sheet, second_sheet):
    import_all(ada, sheet)
    make_lists(ada)
    ask_ten_and_text_the_seven(ada)
    text_choir_and_youth(ada)
    leave_and_pause(ada)
    text_choir(ada)
    text_topic_among_others(ada)
    change_numbers(ada)
    text_youth(ada)
    share_filters(ada)
    undo_second_import(ada, second_sheet)


def import_all(ada, sheet):
    """Five columns are recognized, the sixth becomes a field."""
    ada.click("text=Add people")
    ada.upload(sheet)
    assert ada.number_on("new") == PEOPLE
    ada.page.select_option("#column_5", label="New field")
    ada.click("text=Read again")
    ada.wait_for("1 field is created: Voice part")
    rows = ada.page.locator("table:has(caption:has-text('else')) tbody tr").all_inner_texts()
    counts = [tuple(row.split("\t")[:2]) for row in rows]
    assert counts == [("Language", "300"), ("Birthday", "240"), ("Voice part", "40")]
    ada.page.select_option("#agreed", label="On paper")
    ada.click("text=Import 300 people")
    ada.wait_for("300 people were imported, and 580 values were saved.")
    ada.wait_for("Put into groups: Choir (40 people), Youth (40 people)")


def make_lists(ada):
    """Two groups came with the file, one of them becomes a topic; one group and one segment are
    made by hand.
    """
    ada.open_group("Choir")
    ada.wait_for("40 people, 40 can be texted")
    ada.click("main a:has-text('Edit') >> nth=0")
    ada.page.check("label:has-text('Let people stop')")
    ada.click(".sticky button:has-text('Save')")
    ada.wait_for("Topic: people can stop its texts")
    ada.menu("Groups")
    ada.click("main a:has-text('Add group') >> nth=0")
    ada.page.fill("#name", "Kitchen team")
    ada.click(".sticky button:text-is('Add group')")
    ada.click("text=Pick from the community")
    ada.page.wait_for_selector("text=Select people, then press")
    ada.tick(5)
    ada.click("button:has-text('Add to Kitchen team')")
    ada.wait_for("5 people were added to Kitchen team.")
    ada.menu("Segments")
    ada.click("text=New segment")
    ada.page.fill("#name", "Spanish-speaking altos")
    for n, kind in enumerate(("Language", "Field: Voice part", "Last texted")):
        ada.page.select_option("#family-all", label=kind)
        ada.click("button:has-text('Add condition')")
        ada.page.wait_for_selector(f"#rows-{n}-test")
    ada.page.select_option("#rows-0-value", label="Spanish")
    ada.page.select_option("#rows-1-value", label="Alto")
    ada.page.fill("#rows-2-days", "7")
    ada.wait_for("Voice part is “Alto”, language Spanish, not texted in the last 7 days")
    ada.wait_for(f"{len(ALTOS)} people")
    ada.click("text=Save segment")
    ada.wait_for("Spanish-speaking altos was saved.")
    names = ada.page.locator("main table tbody tr th, main table tbody tr td:first-child")
    assert {int(name[-13:-10]) for name in names.all_inner_texts()} == set(ALTOS)


def ask_ten_and_text_the_seven(ada):
    """Ten of the choir are selected and asked; three answer."""
    ada.open_group("Choir")
    ada.tick(10)
    ada.click("button:has-text('Text them')")
    ada.write_to("10 selected people", SOUP)
    ada.expect_reviewed(10, "10 selected people")
    asked = ada.send_to(10)
    assert ada.phones_with(SOUP) == 10
    for n, answer in ANSWERS.items():
        ada.text_as(n, answer, "")
    ada.page.goto(f"{ada.url}/blasts/logs/{asked}")
    ada.wait_for("2 yes, 1 no")
    ada.click("text=Text the 7 who did not answer")
    ada.write_to("The 7 people who did not answer", "Soup: please tell us today.")
    ada.expect_reviewed(7, "The 7 people who did not answer")
    ada.send_to(7)
    assert ada.phones_with("Soup: please") == 7
    for n in ASKED[:4]:
        assert len(ada.texts_of(n)) == (1 if n in ANSWERS else 2)


def text_choir_and_youth(ada):
    """Two lists with ten people in common, without the ten who were texted today."""
    ada.include("Choir", "Youth")
    ada.page.check("label:has-text('Skip people who were texted today')")
    ada.wait_for(IN_BOTH)
    ada.wait_for("10 people skipped. Review shows who and why.")
    ada.write_to(f"{NOT_TODAY} · 60 people", FAIR)
    ada.wait_for(f"{IN_BOTH}.")
    ada.expect_reviewed(60, NOT_TODAY, Texted=10)
    ada.send_to(60, skipped=10)
    assert ada.phones_with("Can you help at the fair") == 60
    assert ada.texts_of(LEAVER) == ["Can you help at the fair, Person035?"]
    assert ada.texts_of(0) == [SOUP]
    ada.menu("Segments")
    row = ada.page.inner_text("tr:has-text('Spanish-speaking altos')")
    assert row.split("\t")[-3] == "0", "all of them were texted"


def leave_and_pause(ada):
    """One person leaves a topic, with one confirmation; another wants a month without texts."""
    ada.text_as(LEAVER, "STOP CHOIR", "You won't get Choir texts anymore.")
    assert len(ada.texts_of(LEAVER)) == 2
    ada.text_as(PAUSER, "PAUSE 30", "Sin mensajes hasta")
    ada.menu("Groups")
    for name, count in (("Choir", 38), ("Youth", 39)):
        cells = ada.page.inner_text(f"tr:has(a:has-text('{name}'))").split("\t")
        assert cells[-3:-1] == ["40", str(count)]


def text_choir(ada):
    """Both are skipped, each with their reason."""
    ada.open_group("Choir")
    ada.click("text=New blast to this group")
    ada.write_to("Choir (group) · 38 people", "Choir practice is at 7 PM.")
    ada.expect_reviewed(38, "Choir (group)", Left=1, Paused=1)
    ada.send_to(38, skipped=2)
    assert ada.phones_with("Choir practice") == 38
    assert ada.texts_of(0) == [SOUP, "Choir practice is at 7 PM."]


def text_topic_among_others(ada):
    """Who left the choir is reached as one of Youth; who is in nothing else is skipped."""
    ada.text_as(SINGER, "STOP CHOIR", "You won't get Choir texts anymore.")
    ada.include("Choir", "Youth")
    ada.write_to("Choir and Youth · 68 people", "The concert is on Sunday.")
    ada.expect_reviewed(68, "Choir and Youth", Left=1, Paused=1)
    ada.send_to(68, skipped=2)
    assert ada.phones_with("The concert is on Sunday.") == 68
    assert ada.texts_of(LEAVER)[-1] == "The concert is on Sunday."
    assert "The concert is on Sunday." not in ada.texts_of(SINGER) + ada.texts_of(PAUSER)


def change_numbers(ada):
    """One has a new number; the number of another is none any more, and they have a second."""
    ada.page.goto(f"{ada.url}/people/{make_phone(MOVED)[1:]}")
    ada.click("text=Change number")
    ada.page.fill("#new_phone", make_phone(NEW))
    ada.page.select_option("#number_agreed", label="In person or by phone")
    ada.click(".sticky button:text-is('Change number')")
    ada.wait_for("Number changed.")
    ada.page.goto(f"{ada.url}/people/{make_phone(NUMBERLESS)[1:]}")
    ada.click("text=Add another number")
    ada.page.fill("#added_phone", make_phone(SECOND))
    ada.page.select_option("#number_agreed", label="On paper")
    ada.click("button:text-is('Add number')")
    ada.wait_for("texted if the first fails")
    ada.page.goto(f"{ada.url}/sandbox/{make_phone(NUMBERLESS)[1:]}")
    ada.press("Not a real number")


def text_youth(ada):
    """Who left the choir gets it; so do the new number, and the second after the first."""
    ada.open_group("Youth")
    ada.click("text=New blast to this group")
    ada.write_to("Youth (group) · 39 people", "Youth meets on Friday.")
    ada.expect_reviewed(39, "Youth (group)", Paused=1)
    ada.send_to(39, skipped=1)
    assert ada.phones_with("Youth meets on Friday.") == 39
    for n in (LEAVER, NEW, SECOND):
        assert ada.texts_of(n)[-1] == "Youth meets on Friday."
    for n in (PAUSER, MOVED):
        assert "Youth meets on Friday." not in ada.texts_of(n)
    assert ada.texts_of(SECOND) == ["Youth meets on Friday."]
    # The next blast knows that the first number is invalid.
    ada.open_group("Youth")
    ada.click("text=New blast to this group")
    ada.write_to("Youth (group) · 39 people", "Bring a friend.")
    ada.expect_reviewed(39, "Youth (group)", Invalid=1, Paused=1)
    ada.send_to(39, skipped=2)
    assert ada.texts_of(SECOND) == ["Youth meets on Friday.", "Bring a friend."]


def share_filters(ada):
    """Filters are chips, and their address shows another user the same people."""
    ada.menu("Community")
    for family, value in (("Language", "Spanish"), ("Voice part", "Alto")):
        ada.click("summary:has-text('Add filter')")
        ada.click(f"details a:has-text('{family}') >> nth=0")
        ada.page.wait_for_selector("#new-filter")
        ada.page.locator("#new-filter [name$=value]").select_option(label=value)
        ada.click("#new-filter button:has-text('Add filter')")
        ada.page.wait_for_selector(f".filter-chip:has-text('{value}')")
    address = ada.page.url.removeprefix(ada.url)
    add_user(ada, "sol")
    sol = GroupWalk(ada.open_window(), ada.url)
    sol.sign_in("sol")
    sol.page.goto(ada.url + address)
    chips = [words.strip() for words in sol.page.locator(".filter-chip").all_inner_texts()]
    assert chips == ["Language Spanish", "Voice part is “Alto”"]
    names = sol.page.locator("tbody a:has-text('Riverside')").all_inner_texts()
    assert {int(name.split()[0][-3:]) for name in names} == set(ALTOS)


def add_user(ada, name):
    """Let another user in, with the password of the tests."""
    ada.menu("Users")
    ada.click("main a:has-text('Add user')")
    ada.page.fill("#username", name)
    ada.click("summary:has-text('Set a first password yourself')")
    ada.page.fill("#password", PASSWORD)
    ada.page.uncheck("#must_change_password")
    ada.click(".sticky button:text-is('Add user')")
    ada.wait_for("sol")


def undo_second_import(ada, sheet):
    """What a file brought goes again: people, values, memberships; all else stays."""
    before = ada.read_rows()
    ada.menu("Community")
    ada.upload(sheet)
    ada.page.select_option("#column_3", label="New field")
    ada.click("text=Read again")
    ada.wait_for("1 field is created: Tent")
    ada.page.select_option("#agreed", label="On paper")
    ada.click("button:has-text('Import 5 people')")
    ada.wait_for("Put into groups: ")
    assert ada.read_rows() != before
    ada.press("Undo this import")
    ada.click("dialog button:text-is('Undo this import')")
    ada.wait_for("Import undone. 5 people were removed")
    assert ada.read_rows() == before
