"""Pictures of every page: `python -m tests.browser.screenshots` puts them into build/screenshots."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.addresses import go, places
from tests.browser.chromium import Visits, launched
from tests.browser.filled import fill
from tests.cast import PASSWORD
from tests.served import ROOT, Served

OUT = ROOT / "build" / "screenshots"
TALLEST = 1800  # of a long list, the beginning says enough
LOOKS = ((1280, "light"), (390, "light"), (1280, "dark"))


def take(only=()):
    """Every page in every look; `only` names some of them."""
    OUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, launched() as browser:
        here = fill(Path(folder) / "filled.db")
        with Served(here.database, ADMIN_TEST_PHONE="+13035550199") as server:
            visits = Visits(browser, server.url, {"ada": PASSWORD, "sol": PASSWORD})
            for place in places(here):
                if not only or place.name in only:
                    _shoot(visits, place)
            sys.stderr.writelines(f"{complaint}\n" for complaint in visits.complaints)


def _shoot(visits, place):
    for width, theme in LOOKS:
        page = go(visits(who=place.who[0], width=width, theme=theme), visits.url, place)
        high = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": width, "height": high}
        page.screenshot(path=OUT / f"{place.name}-{width}-{theme}.png", full_page=True, clip=clip)
        visits.close()


if __name__ == "__main__":
    take(sys.argv[1:])
