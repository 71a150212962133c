"""Pictures of every page for us, and four of them for the README: `python -m
tests.browser.screenshots [page …]`.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from app import create_app, demo
from app.community.models import CommunityMember
from app.core.db import db, write
from app.core.settings import Settings
from tests.browser.addresses import EMPTY, check, go, places
from tests.browser.browser_user import Walk
from tests.browser.chromium import Visits, launched
from tests.browser.sample_data import PICNIC, fill
from tests.gunicorn_server import ROOT, GunicornServer, wait_until
from tests.sample_people import PASSWORD

OUT = ROOT / "build" / "screenshots"
README = ROOT / "docs" / "screenshots"
LOOKS = ((1280, "light"), (390, "light"), (1280, "dark"))
TALLEST = 1800  # of a long list, the beginning says enough
HEAVIEST = 150 * 1024
EVERYWHERE = "\u024f"  # names beyond these letters need fonts that not every machine has


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
        if not only or "readme" in only:
            _for_the_readme(browser, here.database)
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


def _for_the_readme(browser, database):
    """Writing, checking, sending, and a practice phone, with names that every machine can draw."""
    README.mkdir(parents=True, exist_ok=True)
    _keep_plain_names(database)
    with GunicornServer(database, SEND_RATE="8", UNDO_SECONDS="2") as server:
        page = Visits(browser, server.url, {"ada": PASSWORD})("/blasts/new", "ada")
        page.set_viewport_size({"width": 1120, "height": 760})
        _blast(page)
        page.goto(f"{server.url}/sandbox/{demo.make_demo_phone(0)[1:]}")
        page.fill("#body", "Great, we are coming with the kids!")
        page.click(".phone button")
        page.wait_for_selector(".bub:has-text('with the kids')")
        _save(page, "practice-phone")


def _blast(page):
    page.fill("#message_body", PICNIC)
    page.click("text=Show preview")
    page.wait_for_selector(".phone")
    _save(page, "compose")
    check(page)
    page.wait_for_selector("#people_count")
    _save(page, "review")
    page.fill("#people_count", page.inner_text(".card h2").split()[0])
    page.click("aside button[name=confirm]")
    page.wait_for_selector(".nums dd")
    wait_until(lambda: int(page.inner_text(".nums dd >> nth=0")) > 12, "some deliveries")
    page.reload()
    _save(page, "progress")


def _keep_plain_names(database):
    app = create_app(
        Settings(
            secret_key="a-key-for-tests-0123456789",
            database_url=f"sqlite:///{database}",
        )
    )
    with app.app_context(), write() as session:
        for member in session.scalars(
            db.select(CommunityMember).where(CommunityMember.name.is_not(None))
        ):
            if any(letter > EVERYWHERE for letter in member.name):
                session.delete(member)


def _save(page, name):
    path = README / f"{name}.png"
    page.screenshot(path=path)
    assert path.stat().st_size < HEAVIEST, f"{path} is too heavy"


if __name__ == "__main__":
    take(sys.argv[1:])
