"""What people see when something goes wrong: our page, a number to quote, and nothing of the
inside. Cases H4 (a form without its token keeps what was typed), H5 (posts from other sites),
H7, H8.
"""

import io
import logging
import re
import threading

import pytest
from werkzeug.exceptions import HTTPException, abort

from app.core import db as furniture
from app.core.db import db, write
from app.core.error_pages import ERROR_TEXTS
from tests.whole.routes import ROUTES

INSIDE = re.compile(
    r"Traceback|File &#34;|File \"|/app/|\.py\b|werkzeug|sqlalchemy|SELECT |INSERT |boom|Zo[eë]",
    re.I,
)
CHANCE = re.compile(
    r"<head>.*?</head>|name=\"csrf_token\" value=\"[^\"]*\"", re.S
)  # a random token may spell Zoe
VIEWS = [name for name in ROUTES if name != "static"]
NAME = db.text("UPDATE organisation SET name = 'half saved'")


def signed(view, like):
    """`view` with the sign of the door it stands in for."""
    view.needs, view.speaks_json = like.needs, like.speaks_json
    return view


def put_in(site, monkeypatch, endpoint, view):
    there = site.app.view_functions[endpoint]
    monkeypatch.setitem(site.app.view_functions, endpoint, signed(view, there))


def boom(**_values):
    db.session.connection(execution_options={"write": True})
    db.session.execute(NAME)
    raise RuntimeError("boom: Zoë, +13035550142")


def boom_in_write(**_values):
    with write() as session:
        session.execute(NAME)
        raise RuntimeError("boom: Zoë, +13035550142")


@pytest.mark.parametrize(("fault", "views"), [(boom, VIEWS), (boom_in_write, VIEWS[::5])])
def test_h8_a_fault_in_any_view_is_a_page_with_a_number_and_saves_nothing(
    site, monkeypatch, caplog, fault, views
):
    site.visit.token("ada")
    before = site.snapshot()
    for endpoint in views:
        method = "POST" if "POST" in ROUTES[endpoint].methods else "GET"
        with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
            put_in(site, patch, endpoint, fault)
            answer = site.open(method, endpoint, "ada")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 500, endpoint
        number = answer.headers["X-Request-Id"]
        assert number in text
        assert f"request {number} failed" in caplog.text
        assert not INSIDE.search(CHANCE.sub("", text)), text
        assert site.snapshot() == before, endpoint
        caplog.clear()
    assert site.open("GET", "dashboard.show_dashboard", "ada").status_code == 200


@pytest.mark.parametrize("code", sorted(ERROR_TEXTS))
def test_h7_error_pages_are_ours(site, monkeypatch, code):
    def refuse(**_values):
        abort(code)

    put_in(site, monkeypatch, "dashboard.show_dashboard", refuse)
    page = site.visit("/", "ada")
    assert page.status_code == code
    assert page.headings == [ERROR_TEXTS[code][0]]
    assert ERROR_TEXTS[code][1] in page.words.replace("’", "'") or code == 500
    assert not INSIDE.search(page.words)


def test_h7_an_unusual_code_has_a_page_too(site, monkeypatch):
    def refuse(**_values):
        raise HTTPException(response=None) if False else abort(418)

    put_in(site, monkeypatch, "dashboard.show_dashboard", refuse)
    page = site.visit("/", "ada")
    assert (page.status_code, page.headings) == (418, [ERROR_TEXTS[400][0]])


def test_programs_are_told_in_json(site):
    answer = site.send("GET", "/nothing", "ada", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.get_json()["error"].startswith(ERROR_TEXTS[404][0])


def test_error_pages_are_for_strangers_too(site):
    page = site.visit("/nothing")
    assert page.status_code == 404
    assert "Users" not in page.words  # the menu is for those who are signed in
    assert "Search people, blasts, events and pages" in site.visit("/nothing", "ada").words


def test_too_much_is_413_and_says_so(site):
    large = io.BytesIO(b"x" * (11 * 1024 * 1024))
    page = site.visit("/community/import", "ada", files={"file": (large, "people.csv")})
    assert (page.status_code, page.headings) == (413, [ERROR_TEXTS[413][0]])
    page = site.visit("/blasts/new", "ada", message_body="x" * 600_000)
    assert (page.status_code, page.headings) == (413, [ERROR_TEXTS[413][0]])


def test_busy_is_503_and_nothing_is_lost(site, monkeypatch):
    monkeypatch.setattr(furniture, "LOCK_WAIT_SECONDS", 0.2)
    site.visit.token("ada")
    before = site.snapshot()
    taken, done = threading.Event(), threading.Event()

    def hold():
        furniture.WRITE_LOCK.acquire()
        taken.set()
        done.wait(60)
        furniture.WRITE_LOCK.release()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(60)
    own = {"Origin": "http://localhost"}
    answer = site.visit("/community/add", "ada", headers=own, name="Uma", phone="303 555 0155")
    done.set()
    holder.join()
    assert (answer.status_code, answer.headings) == (503, [ERROR_TEXTS[503][0]])
    assert answer.response.headers["Retry-After"] == "5"
    assert site.snapshot() == before
    kept = answer.fields()
    assert (kept["name"], kept["phone"]) == ("Uma", "303 555 0155")
    assert "Send again" in answer.words
    assert site.visit("/community/add", "ada", name="Uma", phone="303 555 0155").status_code == 303


def test_a_forged_form_is_said_in_words(site):
    answer = site.open(
        "POST",
        "community.add_member",
        "ada",
        token=False,
        name="Uma",
        phone="303 555 0155",
    )
    assert answer.status_code == 400
    assert "Your session expired" in answer.get_data(as_text=True)


def test_what_was_typed_in_an_expired_form_can_be_sent_again(visit):
    text = "Hi all, the picnic moves to Saturday."
    own = {"Origin": "http://localhost"}
    typed = {"name": text, "phone": "303 555 0155", "password": "hidden words", "code": "493015"}
    page = visit.browser("ada").post("/community/add", data=typed, headers=own)
    words = page.get_data(as_text=True)
    assert page.status_code == 400
    assert text in words
    assert "Send again" in words
    assert "hidden words" not in words
    assert "493015" not in words
    stranger = visit.browser("").post("/community/add", data=typed, headers=own)
    assert "Sign in" in stranger.get_data(as_text=True)
    assert text in stranger.get_data(as_text=True)


def test_a_form_of_another_site_is_not_offered_again(visit):
    for headers in ({"Origin": "http://evil.example"}, {}, {"Origin": "null"}):
        page = visit.browser("ada").post("/community/add", data={"name": "Uma"}, headers=headers)
        assert page.status_code == 400
        assert "Uma" not in page.get_data(as_text=True)
        assert "Send again" not in page.get_data(as_text=True)


def test_a_refused_form_leads_to_no_other_site_and_is_kept_only_while_it_is_small(visit):
    browser, own = visit.browser("ada"), {"Origin": "http://localhost"}
    led = browser.post(
        "/community/add",
        data={"name": "Uma"},
        headers={**own, "Referer": "http://localhost//evil.example/x"},
    )
    assert "Send again" in led.get_data(as_text=True)
    assert "evil.example" not in led.get_data(as_text=True)
    for large in ({"n" * 20_000: "x"}, {f"name{number}": "x" for number in range(501)}):
        page = browser.post("/community/add", data=large, headers=own)
        assert page.status_code == 400
        assert "Send again" not in page.get_data(as_text=True)


def test_a_page_for_admins_says_who_can_help(visit):
    page = visit("/users", "sol")
    assert page.status_code == 403
    assert "Ask your admin: Ada" in page.words


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Origin": "https://evil.example.com", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_h5_a_post_from_another_site_is_refused_even_with_the_token(site, headers):
    before = site.snapshot()
    fields = {
        "csrf_token": site.visit.token("ada"),
        "name": "Uma",
        "phone": "303 555 0155",
    }
    assert (
        site.send("POST", "/community/add", "ada", data=fields, headers=headers).status_code == 400
    )
    assert site.snapshot() == before


def test_h5_a_post_from_our_own_pages_is_taken(make_site):
    """Under the name that was called, and under our public one."""
    site = make_site(public_base_url="https://sms.example.org")
    for number, origin in enumerate(("http://localhost", "https://sms.example.org")):
        fields = {
            "csrf_token": site.visit.token("ada"),
            "phone": f"303 555 016{number}",
        }
        assert (
            site.send(
                "POST", "/community/add", "ada", data=fields, headers={"Origin": origin}
            ).status_code
            == 303
        )


def test_a_broken_database_still_has_a_page(site, monkeypatch):
    """What says that the database is broken must not need it."""
    site.visit.token("ada")
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()
    for name in ("sms.db", "sms.db-wal", "sms.db-shm"):
        (site.database.parent / name).unlink(missing_ok=True)
    site.database.write_bytes(b"this is no database, and nothing of it can be read" * 50)
    try:
        answer = site.send("GET", "/", "ada")
        assert answer.status_code == 503
        assert "The database cannot be read" in answer.get_data(as_text=True)
    finally:
        with site.app.app_context():
            db.session.remove()
            db.engine.dispose()
        site.database.unlink()
