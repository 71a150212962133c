"""Pictures of groups, segments, fields and lists of a blast for docs/screenshots, in the demo.

`python -m tests.browser.list_tour` takes them alone, `make tour` with the others.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser import tour
from tests.browser.browser_user import LONG, Walk
from tests.browser.chromium import launched
from tests.gunicorn_server import GunicornServer, wait_until

COLUMNS = "column=status&column=groups&column=texted&column=field.1"
FILTERED = f"/community?filter=in_group.1&filter=%21in_group.3&{COLUMNS}"
CHOSEN = "/blasts/new?include=group:1&include=segment:1&exclude=group:3"
TEXT = "Hi {first_name|friend}, the spring concert is on Sunday at 4 PM. Please bring a friend!"
SHEET = (
    "Name,Phone,Groups,Language,Voice part,Joined\n"
    "Zoë Hernández,303 555 0142,Choir,Spanish,Alto,2021-09-05\n"
    "Peter Chen,720 555 0177,Choir; Youth,English,Bass,2019-01-13\n"
    "Nora,212 555 0109,Youth,English,,2024-06-02\n"
)


def look_at_lists(walk):
    """Take a picture of each page, in the order in which one meets them."""
    _look_at_fields(walk)
    for name, address in (
        ("people-filtered", FILTERED),
        ("groups", "/groups"),
        ("group", "/groups/1"),
        ("segment", "/segments/2"),
        ("segment-builder", "/segments/1/edit"),
    ):
        walk.page.goto(walk.url + address)
        tour.picture(walk.page, name)
    _look_at_a_blast(walk)
    _look_at_an_import(walk)


def _look_at_fields(walk):
    page = walk.page
    page.goto(walk.url + "/settings/fields/add")
    page.fill("#name", "Voice part")
    page.check("label:text-is('Choice')")
    page.fill("#choices", "Soprano\nAlto\nTenor\nBass")
    page.check("label:has-text('it can be put in texts')")
    page.click(".sticky button")
    page.wait_for_selector("h1:text('Fields')")
    page.goto(walk.url + "/groups/1")
    page.click("main tbody th a >> nth=1")
    page.click("text=Edit fields")
    page.get_by_label("Voice part").select_option(label="Alto")
    page.click(".sticky button")
    page.wait_for_selector("text=Saved.")


def _look_at_a_blast(walk):
    page = walk.page
    page.goto(walk.url + CHOSEN)
    page.fill("#message_body", TEXT)
    page.click(".to summary")
    page.wait_for_selector(".phone .bub:has-text('spring concert')")
    tour.picture(page, "compose-lists")
    walk.check()
    tour.picture(page, "review-lists")


def _look_at_an_import(walk):
    page = walk.page
    page.goto(walk.url + "/community/import")
    file = {"name": "choir.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    page.set_input_files("#file", file)
    page.click("text=Check the file")
    walk.heading("Check the file")
    page.locator("#columns select[id^=column_]").last.select_option(label="New field")
    page.evaluate("document.querySelector('#columns').scrollIntoView()")
    tour.picture(page, "import-columns")


def _take_alone():
    with (
        TemporaryDirectory() as folder,
        launched() as browser,
        GunicornServer(Path(folder) / "demo.db", SEND_RATE="20") as server,
    ):
        wait_until(lambda: "/setup?token=" in server.said, "the setup address")
        context = browser.new_context(viewport=tour.WIDE, reduced_motion="reduce")
        context.set_default_timeout(LONG)
        walk = Walk(context.new_page(), server.url)
        walk.page.goto(server.setup_address)
        walk.click("text=Look around in the demo")
        walk.wait_for("This is a demo.")
        look_at_lists(walk)
        context.close()


if __name__ == "__main__":
    _take_alone()
