"""The walk of `make tour`: from the first page of a fresh server to one's own spreadsheet.

It prints the newcomer's clicks and what each page weighs, and renews docs/screenshots. It fails
when a social manager is offered what they may not open, or a page is wider than a phone.
"""

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from tests.browser import list_tour
from tests.browser.browser_user import LONG, Walk
from tests.browser.chromium import launched
from tests.browser.manager_walk import add_manager, press_buttons
from tests.gunicorn_server import ROOT, GunicornServer, wait_until

OUT = ROOT / "docs" / "screenshots"
WIDE, PHONE = {"width": 1366, "height": 650}, {"width": 390, "height": 844}
HEAVIEST = 150 * 1024  # bytes of a picture
DARK = ("home", "inbox", "results")
MOST_CLICKS = {"with the demo": 8, "with one's own spreadsheet": 14}
TEXT = ", the harvest supper is on Sunday at 6 PM in the hall. Will you come?"
SHEET = "Name,Phone\nZoë Hernández,303 555 0142\nPeter Chen,720 555 0177\nNora,212 555 0109\n"
PAGES = {
    "home": "/",
    "compose": "/blasts/new",
    "blasts": "/blasts/logs",
    "community": "/community",
    "events": "/events",
    "inbox": "/inbox",
    "surveys": "/surveys",
    "settings": "/settings",
}
OF_A_MANAGER = ("/", "/inbox", "/blasts/logs", "/blasts/scheduled", "/events", "/surveys")
OF_A_MANAGER += ("/keywords", "/community", "/sandbox", "/account", "/blasts/new", "/help")


def take_tour():
    """Walk with the demo, then with a spreadsheet; print the figures."""
    OUT.mkdir(parents=True, exist_ok=True)
    clicks = {}
    with TemporaryDirectory() as folder, launched() as browser:
        for name, walk_through in zip(MOST_CLICKS, (_with_the_demo, _with_a_sheet), strict=True):
            database = Path(folder) / f"{len(clicks)}.db"
            with GunicornServer(database, UNDO_SECONDS="2", SEND_RATE="20") as server:
                wait_until(lambda at=server: "/setup?token=" in at.said, "the setup address")
                clicks[name] = walk_through(browser, server)
    _say("\nClicks from the first page to a practice phone's answer in the inbox")
    for name, most in MOST_CLICKS.items():
        _say(f"  {name:<28} {clicks[name]:>2} of at most {most}")
        assert clicks[name] <= most, name


def _say(line):
    sys.stdout.write(f"{line}\n")


def _with_the_demo(browser, server):
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    context.set_default_timeout(LONG)
    walk = Walk(context.new_page(), server.url)
    walk.page.goto(server.setup_address)
    picture(walk.page, "first-page")
    _say(f"{'page':<12}{'requests':>9}{'HTML':>9}{'all':>9}   (bytes on the wire)")
    _weigh(browser.new_context(), "first page", server.setup_address)
    walk.click("text=Look around in the demo")
    walk.wait_for("This is a demo.")
    picture(walk.page, "home")
    _write_and_send(walk)
    clicks = _answer_and_read(walk)
    _reply(walk)
    _look_at_the_rest(walk)
    list_tour.look_at_lists(walk)
    weigh_pages(walk)
    _walk_as_manager(browser, walk)
    context.close()
    return clicks


def _write_and_send(walk):
    page = walk.page
    walk.click(".side a:has-text('New blast')")
    page.locator("#message_body").press_sequentially("Hi ")
    walk.click(".chips button:has-text('First name') >> nth=0")
    page.keyboard.insert_text(TEXT)
    page.wait_for_selector(".phone .bub:has-text('harvest supper')")
    picture(page, "compose")
    walk.check()
    picture(page, "review")
    walk.confirm(_count_to_type(page))


def _count_to_type(page):
    label = page.locator("label[for=people_count]")
    return label.inner_text().split(" Type ")[1].split()[0] if label.count() else 0


def _answer_and_read(walk):
    """Answer from a watched phone, and see it in the inbox; the clicks until then."""
    walk.page.wait_for_selector("button:has-text('Reply “Yes”')", timeout=LONG)
    picture(walk.page, "progress")
    log_url = walk.page.url
    walk.click("button:has-text('Reply “Yes”') >> nth=0")
    walk.page.wait_for_selector("main .phone .bub.out:has-text('Yes')")
    picture(walk.page, "practice-phone")
    walk.menu("Inbox")
    walk.page.wait_for_selector("#threads .last:has-text('Yes')")
    clicks = walk.clicks
    walk.page.goto(log_url)
    walk.page.wait_for_selector(".how-far:has-text('to')", timeout=LONG)
    picture(walk.page, "results")
    return clicks


def _reply(walk):
    walk.menu("Inbox")
    walk.page.fill("#body", "Lovely, see you there!")
    picture(walk.page, "inbox")
    walk.click("#reply-form button:has-text('Send reply')")
    walk.page.wait_for_selector("#live .bub.out:has-text('Lovely, see you there!')")
    picture(walk.page, "conversation")


def _look_at_the_rest(walk):
    """Results, a person, an event, a survey, and the lists."""
    page = walk.page
    for entry, name in (("Community", "person"), ("Events", "event"), ("Surveys", "survey")):
        walk.menu(entry)
        picture(page, f"{entry.lower()}")
        page.click("main tbody th a >> nth=0")
        page.wait_for_load_state()
        picture(page, name)


def _with_a_sheet(browser, server):
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", locale="en-US")
    context.set_default_timeout(LONG)
    walk = Walk(context.new_page(), server.url)
    walk.set_up(server.setup_address)
    walk.click("main >> text=Add people")
    walk.click("main a:has-text('Import')")
    walk.page.set_input_files(
        "#file", {"name": "members.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    )
    walk.clicks += 2  # the file's dialog
    walk.click("text=Check the file")
    walk.heading("Check the file")
    walk.page.select_option("#agreed", label="In person or by phone")
    walk.clicks += 2  # open the list, choose
    picture(walk.page, "import")
    walk.click("text=Import 3 people")
    walk.wait_for("3 people were imported.")
    _write_and_send_quietly(walk)
    walk.page.wait_for_selector("button:has-text('Reply “Yes”')", timeout=LONG)
    walk.click("button:has-text('Reply “Yes”') >> nth=0")
    walk.page.wait_for_selector("main .phone .bub.out:has-text('Yes')")
    walk.menu("Inbox")
    walk.page.wait_for_selector("#threads .last:has-text('Yes')")
    context.close()
    return walk.clicks


def _write_and_send_quietly(walk):
    walk.write("The hall is open from six.")
    walk.confirm(_count_to_type(walk.page))


def picture(page, name):
    """Leave a picture of this moment, wide and as on a phone; some of them dark as well."""
    fits(page, name)
    looks = [(WIDE, "light", ""), (PHONE, "light", "-phone")]
    looks += [(WIDE, "dark", "-dark")] if name in DARK else []
    for size, theme, ending in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        _shoot(page, OUT / f"{name}{ending}.jpg")
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")


def _shoot(page, path):
    page.screenshot(path=path, type="jpeg", quality=85, animations="disabled")
    assert path.stat().st_size < HEAVIEST, f"{path} is too heavy"


def fits(page, name):
    """Fail when the page is wider than a phone."""
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{name} is {width} px wide"


def weigh_pages(walk):
    """Print for each page the requests and bytes of a first visit, with nothing in the cache."""
    context = walk.page.context.browser.new_context(storage_state=walk.page.context.storage_state())
    for name, address in PAGES.items():
        _weigh(context, name, walk.url + address)
    context.close()


def _weigh(context, name, url):
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds, sizes = {}, Counter()
    session.on(
        "Network.responseReceived", lambda one: kinds.update({one["requestId"]: one["type"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda one: sizes.update({one["requestId"]: int(one["encodedDataLength"])}),
    )
    page.goto(url, wait_until="networkidle")
    html = sum(size for request, size in sizes.items() if kinds.get(request) == "Document")
    _say(f"{name:<12}{len(sizes):>9}{html:>9,}{sum(sizes.values()):>9,}")
    page.close()


def _walk_as_manager(browser, admin):
    """Sol, with a finger on a phone: buttons act, every link opens, and nothing is too wide."""
    add_manager(admin.page, admin.url)
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(LONG)
    page = context.new_page()
    press_buttons(page, admin.url, lambda name: _shoot(page, OUT / f"{name}-phone.jpg"))
    seen, refused = set(), []
    for address in OF_A_MANAGER:
        page.goto(admin.url + address)
        fits(page, address)
        links = page.eval_on_selector_all("a[href]", "(all) => all.map((a) => a.href)")
        for link in links:
            path = urlsplit(link).path
            if not link.startswith(admin.url) or path in seen:
                continue
            seen.add(path)
            if page.request.get(link).status == 403:
                refused.append(f"{address} -> {path}")
    context.close()
    assert refused == [], refused
    _say(f"\nA social manager's phone: {len(OF_A_MANAGER)} pages fit, {len(seen)} links open")


if __name__ == "__main__":
    take_tour()
