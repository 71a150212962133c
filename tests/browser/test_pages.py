"""Every page, as people see it: readable for everybody, in both themes, on any screen, and
light to load.
"""

import gzip
import re

import pytest
from lxml import html

from app import create_app
from app.core.settings import Settings
from tests.browser.accessibility import (
    everybody_can_use_it_in_the_dark,
    everybody_can_use_it_on_a_desk,
    fits_every_screen,
    menus_fit,
)
from tests.browser.addresses import NO_PAGES, go, places
from tests.browser.chromium import Visits
from tests.browser.sample_data import Filled
from tests.gunicorn_server import GunicornServer
from tests.sample_people import PASSWORD

pytestmark = pytest.mark.browser
NOWHERE = Filled(None, *range(1, 12))
PLACES = {place.name: place for place in places(NOWHERE)}
MENUS = "details:not(.fold)"
MENUS_OF_THE_PAGE = f"main {MENUS}"
SHOWN_IN_THE_DARK = {"home", "compose", "conversation", "log-paused", "person"}
# Axe takes 0.3 s of processor a page: these show a template that it has seen in another state, or
# the form of a page to add one.
LATER_STATES = {
    "compose-preview",
    "compose-later",
    "compose-end",
    "compose-end-mistakes",
    "compose-survey",
    "review-later",
    "review-end",
    "log-failed-ones",
    "log-doubt",
    "log-fault",
    "log-stopped",
    "scheduled-expired",
    "community-nobody-found",
    "community-add-mistakes",
    "events-nothing-found",
    "events-add-mistakes",
    "group-undo",
    "keywords-nothing-found",
    "keywords-add-mistakes",
    "surveys-add-mistakes",
    "do-not-text-dead",
    "inbox-nothing-found",
    "conversation-stranger",
    "conversation-misread",
    "conversation-person",
    "conversation-mistakes",
    "compose",
    "compose-mistakes",
    "conversation",
    "log-finished",
    "review",
    "draft",
    "draft-review",
    "draft-of-scheduled",
    "series-held",
    "series-text",
    "series-move",
    "groups-edit",
    "segments-edit",
    "keywords-edit",
    "saved-reply-edit",
    "users-edit",
    "community-edit",
    "event-edit",
    "survey-edit",
    "template-edit",
    "sequence-edit",
    "fields-edit",
    "groups-delete",
    "fields-delete",
    "calendar-list",
    "calendar-day",
    "compose-people",
    "do-not-text-import",
    "event-import",
}
HEAVIEST = 60 * 1024
ONLY_FOR_ADMINS = re.compile(
    r"/(users|settings|audit|suppression|community/(add|import|export))|/export$"
    r"|^(?!/(blasts/series|events|inbox|keywords|segments|sequences|surveys)/).*/edit$"
)
OUTSIDE_THE_MENU = {
    "not-there",
    "compose",
    "compose-survey",
    "email-refused",
    "search",
}
LIT_ENTRIES = {
    "account": ["Ada"],
    "account-sessions": ["Ada"],
    "sending": ["Home"],
    "scheduled": ["Blasts"],
    "log-paused": ["Blasts"],
}


@pytest.fixture(scope="session")
def site(filled):
    """Every page by its name, served from the filled database."""
    with GunicornServer(filled.database, ADMIN_TEST_PHONE="+13035550199") as server:
        yield server, {place.name: place for place in places(filled)}


@pytest.fixture(scope="session")
def windows(chromium, site):
    """One window for each person, so that not every test has to sign in."""
    visits = Visits(chromium, site[0].url, {"ada": PASSWORD, "sol": PASSWORD})
    yield visits, {who: visits(who=who) for who in ("", "ada", "sol")}
    visits.close()


@pytest.fixture
def show(windows, site):
    """Call `show("home", "sol")` for a page of the site by its name; complaints of the browser
    fail the test.
    """
    visits, by_name = windows
    visits.complaints.clear()

    def page(name, who=None, width=1280, theme="light"):
        place = site[1][name]
        window = by_name[place.who[0] if who is None else who]
        window.set_viewport_size({"width": width, "height": 844})
        window.emulate_media(color_scheme=theme)
        return go(window, visits.url, place)

    yield page
    # While one preview is computed the next is refused, and asked for again.
    busy = f"429 for {visits.url}/blasts/preview"
    assert [complaint for complaint in visits.complaints if complaint != busy] == []


def the_menu_shows_where_we_are(page, place):
    """One entry of the side menu is lit, on pages that belong to one."""
    if "ada" not in place.who or place.reach:
        return
    lit = page.locator(".side [aria-current] > span:first-of-type").all_inner_texts()
    assert (len(lit) == 1) == (place.name not in OUTSIDE_THE_MENU), lit
    assert lit == LIT_ENTRIES.get(place.name, lit)


def no_link_is_for_admins(links):
    """Whoever is no admin would be refused there."""
    assert list(filter(ONLY_FOR_ADMINS.search, links)) == []


def choose_menus(name):
    """The menus to open on a page: those of the frame, which all pages have, on one of them."""
    return MENUS if name == "home" else MENUS_OF_THE_PAGE


def everybody_else():
    """Each page with everyone who may see it, but the first who looks."""
    return [(place.name, who) for place in PLACES.values() for who in place.who[1:]]


def test_no_page_is_missing_from_this_list():
    app = create_app(Settings(secret_key="a-key-for-tests-0123456789", app_env="test"))
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert endpoints - NO_PAGES == {place.endpoint for place in PLACES.values()} - {"errors"}


@pytest.mark.parametrize("name", PLACES)
def test_everybody_can_use_it(show, name):
    """The page is opened once, and turned: menu, widths, then menus, then what axe says."""
    page = show(name)
    the_menu_shows_where_we_are(page, PLACES[name])
    fits_every_screen(page, widths=(1280, 320))
    menus_fit(page, choose_menus(name), widths=(390,))
    if name not in LATER_STATES:
        everybody_can_use_it_on_a_desk(page)


@pytest.mark.torture
@pytest.mark.parametrize("name", sorted(LATER_STATES))
def test_everybody_can_use_a_page_in_its_other_states(show, name):
    everybody_can_use_it_on_a_desk(show(name))


@pytest.mark.torture
@pytest.mark.parametrize("name", PLACES)
def test_it_fits_every_width(show, name):
    page = show(name)
    fits_every_screen(page)
    menus_fit(page, choose_menus(name))


@pytest.mark.parametrize(
    "name",
    [
        name if name in SHOWN_IN_THE_DARK else pytest.param(name, marks=pytest.mark.torture)
        for name in PLACES
    ],
)
def test_everybody_can_use_it_in_the_dark_on_a_phone(show, name):
    """Colors come from one sheet, so a few pages tell in `make test`, and each in torture."""
    everybody_can_use_it_in_the_dark(show(name))


@pytest.mark.torture
@pytest.mark.parametrize(("name", "who"), everybody_else())
def test_it_fits_the_others_too_and_has_no_link_that_is_not_for_them(show, name, who):
    page = show(name, who)
    fits_every_screen(page, widths=(1280, 320))
    if who == "sol":
        no_link_is_for_admins(
            page.locator("a").evaluate_all(
                "(links) => links.map((link) => link.getAttribute('href'))"
            )
        )


@pytest.mark.parametrize("name", [name for name, who in everybody_else() if who == "sol"])
def test_sol_gets_no_link_that_is_for_admins(windows, site, name):
    """The page is read and not drawn, which takes a tenth of the time."""
    visits, by_name = windows
    place = site[1][name]
    answer = by_name["sol"].request.get(visits.url + place.address)
    assert answer.status == place.status
    no_link_is_for_admins(html.fromstring(answer.text()).xpath("//a/@href"))


@pytest.mark.parametrize("name", ["home", "compose", "log-paused", "practice-phone"])
def test_it_is_light_to_load(windows, show, site, name):
    place = site[1][name]
    visits = windows[0]
    window = visits(who="ada")  # a new window: nothing is in its cache
    loaded = {}
    window.on("response", lambda answer: loaded.update({answer.url: answer}))
    window.goto(visits.url + place.address, wait_until="networkidle")
    files = {url: answer.body() for url, answer in list(loaded.items()) if "/static/" in url}
    weights = {
        url.partition("/static/")[2].partition("?")[0]: len(gzip.compress(body))
        for url, body in files.items()
    }
    kinds = sorted(name.rpartition(".")[2] for name in weights)
    assert kinds in (["css", "js", "svg"], ["css", "js", "svg", "svg"]), weights
    assert all(loaded[url].headers["content-encoding"] == "gzip" for url in files)
    assert sum(weights.values()) <= HEAVIEST, weights
