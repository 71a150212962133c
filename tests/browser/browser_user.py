"""What a person does in the browser, step by step. Every click is counted."""

import re

from tests.sample_people import PASSWORD
from tests.stopwatch import act_late

LONG = 150_000  # ms: what the engine and the phones may take on a busy machine


class Walk:
    """One person's way through one window."""

    def __init__(self, page, url) -> None:
        self.page, self.url, self.clicks = page, url, 0

    def click(self, selector, **more):
        """Click, and count it."""
        self.clicks += 1
        self.page.click(selector, **more)

    def press(self, words):
        """Click a button of the page."""
        self.click(f"main button:has-text('{words}')")

    def menu(self, entry):
        """Go to a place by the menu at the side."""
        self.click(f".side .nav:has-text('{entry}')")

    def heading(self, words):
        """Wait for the page with this heading."""
        self.page.wait_for_selector(f"h1:has-text('{words}')")
        act_late()

    def set_up(self, address, organisation="Riverside Community"):
        """The first page of all: the first admin, Ada, and the organisation."""
        self.page.goto(address)
        self.page.fill("#username", "ada")
        self.page.fill("#password", PASSWORD)
        self.page.fill("#organisation", organisation)
        self.page.fill("#timezone", "America/Denver")
        self.page.select_option("#region", "US")
        self.click("main button:text-is('Set up mine')")
        self.page.wait_for_selector("text=Get ready to send")

    def sign_in(self, who="ada"):
        """Sign in as one of the cast."""
        self.page.goto(self.url + "/login")
        self.page.fill("#username", who)
        self.page.fill("#password", PASSWORD)
        self.click("main button:text-is('Sign in')")
        self.page.wait_for_selector(".side")

    def add_person(self, name, phone):
        """One person by hand."""
        self.click("main >> text=Add person")
        self.heading("Add person")
        self.page.fill("#name", name)
        self.page.fill("#phone", phone)
        self.click(".sticky button:text-is('Add person')")
        self.page.wait_for_selector(f"text={name} was added.")

    def upload(self, path):
        """From the community to the page that says what the file holds."""
        self.click("main a:has-text('Import')")
        self.heading("Import people")
        self.page.set_input_files("#file", path)
        self.click("text=Check the file")
        self.heading("Check the file")

    def open_new_blast(self):
        """The empty form; a script that acts before it is there would act on the page before."""
        self.click(".side a:has-text('New blast')")
        self.heading("New blast")

    def write(self, text):
        """A new blast, and its review page."""
        self.open_new_blast()
        self.page.fill("#message_body", text)
        self.check()

    def check(self):
        """On to the review page."""
        self.click(".sticky button:text-is('Review')")
        self.heading("Review")

    def confirm(self, people):
        """Send it, typing the number of people where it is asked for."""
        if self.page.locator("#people_count").count():
            self.page.fill("#people_count", str(people))
        self.click(".confirm-bar button[name=confirm]")
        self.page.wait_for_selector("#countdown")

    def wait_for(self, words, state="visible"):
        """Wait, without touching anything, until the page says this."""
        self.page.wait_for_selector(f"main >> text={words}", timeout=LONG, state=state)
        act_late()

    def number_on(self, label):
        """One of the big numbers by the words under it."""
        shown = self.page.locator(
            ".nums div", has=self.page.get_by_text(label, exact=True)
        ).locator("dd")
        return int(shown.inner_text().replace(",", ""))

    @property
    def log_id(self):
        """The number of the log that is shown."""
        return int(re.search(r"/blasts/logs/(\d+)", self.page.url).group(1))

    def status(self, log_id):
        """The blast in numbers, from its address for programs."""
        return self.page.request.get(f"{self.url}/blasts/logs/{log_id}/status").json()
