"""Pictures of every page, in build: `python -m tests.browser.screenshots [page …]`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.addresses import EMPTY, go, places
from tests.browser.browser_user import Walk
from tests.browser.chromium import Visits, launched
from tests.browser.sample_data import fill
from tests.gunicorn_server import ROOT, GunicornServer, wait_until
from tests.sample_people import PASSWORD

OUT = ROOT / "build" / "screenshots"
LOOKS = ((1280, "light"), (390, "light"), (1280, "dark"))
TALLEST = 1800  # of a long list, the beginning says enough


def take(only=()):
    """Every page in every look into build/screenshots; `only` names some of them."""
    OUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, launched() as browser:
        here = fill(Path(folder) / "filled.db")
        with GunicornServer(here.database, ADMIN_TEST_PHONE="+13035550199") as server:
            visits = Visits(browser, server.url, {"ada": PASSWORD, "sol": PASSWORD})
            for place in places(here):
                if not only or place.name in only:
                    _shoot(visits, place)
        if not only or "empty" in only:
            _empty(browser, Path(folder))
        sys.stderr.writelines(f"{complaint}\n" for complaint in visits.complaints)


def _shoot(visits, place):
    for width, theme in LOOKS:
        page = go(visits(who=place.who[0], width=width, theme=theme), visits.url, place)
        high = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": width, "height": high}
        page.screenshot(path=OUT / f"{place.name}-{width}-{theme}.png", full_page=True, clip=clip)
        visits.close()


def _empty(browser, folder):
    """The first page of all, and every list with nothing in it."""
    with GunicornServer(folder / "empty.db") as server:
        visits = Visits(browser, server.url)
        wait_until(lambda: "/setup?token=" in server.said, "the setup address")
        walk = Walk(visits(), server.url)
        walk.page.goto(server.setup_address)
        walk.page.screenshot(path=OUT / "setup-1280-light.png", full_page=True)
        walk.set_up(server.setup_address)
        for address in EMPTY:
            walk.page.goto(server.url + address)
            name = address.strip("/").replace("/", "-") or "home"
            for width, _ in LOOKS[:2]:
                walk.page.set_viewport_size({"width": width, "height": 844})
                walk.page.screenshot(path=OUT / f"empty-{name}-{width}-light.png", full_page=True)


if __name__ == "__main__":
    take(sys.argv[1:])
