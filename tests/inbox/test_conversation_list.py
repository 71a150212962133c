"""The list of conversations: chips with their counts, the search, pages, what is empty."""

import re
from datetime import timedelta

from app.core.clock import now
from app.core.db import db, write
from app.inbox.queries.conversation_list import THREADS_PER_PAGE
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member


def list_thread_ids(page):
    """The threads that a page lists, by id."""
    return [int(each) for each in re.findall(r'id="th(\d+)"', page.text)]


def test_before_anybody_wrote_the_page_says_what_it_is_for(visit):
    page = visit("/inbox", "sol")
    assert "No replies yet. When people text you, their conversations appear here." in page.words
    assert 'href="/sandbox"' in page.text


def test_chips_narrow_the_list_and_count(visit, wrote):
    zoe, leo, mia, _max = (wrote(each, "Hi") for each in (ZOE, LEO, MIA, MAX))
    visit.post(f"/inbox/{leo}/done", "ada")
    visit(f"/inbox/{mia}/assign", "ada", to="sol")
    assert list_thread_ids(visit("/inbox?state=done", "sol")) == [leo]
    assert list_thread_ids(visit("/inbox?state=mine", "sol")) == [mia]
    assert list_thread_ids(visit("/inbox?state=mine", "ada")) == []
    page = visit("/inbox", "sol")
    assert list_thread_ids(page) == [_max, mia, zoe]
    assert "Needs reply 3 Mine 1 All Done" in page.words
    assert len(list_thread_ids(visit("/inbox?state=all", "sol"))) == 4
    assert list_thread_ids(visit("/inbox?state=nonsense", "sol")) == [_max, mia, zoe]


def test_a_line_says_who_what_why_and_how_many(app, visit, wrote):
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
    wrote(ZOE, "One")
    wrote(ZOE, "stop it\nor   I call <b>somebody</b>", why="maybe_stop")
    page = visit("/inbox", "ada")
    assert "Zoë Hernández" in page.words
    assert "stop it or I call &lt;b&gt;somebody" in page.text
    assert "2 unread Possible opt-out" in page.words


def test_the_menu_and_the_first_page_say_how_many_need_a_reply(visit, wrote):
    assert "conversation" not in visit("/", "sol").words
    wrote(ZOE, "Hi")
    page = visit("/", "sol")
    assert "1 conversation needs a reply" in page.words
    assert page.text.count("<span data-number>1</span>") == 2
    wrote(LEO, "Hi")
    assert "2 conversations need a reply" in visit("/", "sol").words


def test_more_than_can_be_counted_at_a_glance_is_99_and_more(app, visit):
    with app.app_context(), write() as session:
        for n in range(101):
            session.execute(
                db.text(
                    "INSERT INTO threads (phone, last_at, needs_reply) "
                    "VALUES (:p, '2026-01-01 00:00:00', 1)"
                ),
                {"p": f"+1303555{n:04}"},
            )
    page = visit("/", "ada")
    assert "<span data-number>99+</span>" in page.text
    assert "More than 99 conversations need a reply" in page.words


def test_pages_follow_each_other_without_gaps_while_texts_come_in(visit, wrote):
    start = now() - timedelta(days=1)
    made = [
        wrote(f"+1303555{n:04}", "Hi", at=start + timedelta(seconds=n // 3))
        for n in range(2 * THREADS_PER_PAGE + 5)
    ]
    seen, address = [], "/inbox"
    while address:
        page = visit(address, "ada")
        seen += list_thread_ids(page)
        wrote(ZOE, "I come in between")
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = older and older[1].replace("&amp;", "&")
    assert seen == made[::-1]
    for broken in ("x", "1", "-", "99999999999999999-1", "1-999999999999999999999"):
        assert visit(f"/inbox?before_thread={broken}", "ada").status_code == 200


def test_the_search_finds_names_numbers_and_words(app, visit, wrote):
    zoe, leo, mia = (
        wrote(ZOE, "Is there parking?"),
        wrote(LEO, "I bring a Salad"),
        wrote(MIA, "¿Dónde?"),
    )
    wrote(LEO, "and more")
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
        with write() as session:
            session.execute(db.text("INSERT INTO events (id, title) VALUES (1, 'Picnic')"))
            session.execute(
                db.text(
                    "INSERT INTO event_registrations (event_id, name, phone) "
                    "VALUES (1, 'Léo Rossi', :p)"
                ),
                {"p": LEO},
            )
    asked = {
        "hernán": [zoe],
        "léo": [leo],
        "(303) 555-0142": [zoe],
        "+13035550143": [leo],
        "0144": [mia],
        "parking": [zoe],
        "PARK": [zoe],
        "salad bring": [leo],
        "donde": [mia],
        "nobody": [],
        "🎉": [],
        '"; DROP': [],
        "AND OR NOT * ^": [],
    }
    assert {
        words: list_thread_ids(visit(f"/inbox?search={words.replace('+', '%2B')}", "sol"))
        for words in asked
    } == asked
    assert (
        "I bring a Salad" in visit("/inbox?search=salad", "sol").words
    )  # not the newest text: the one that matched


def test_a_search_looks_everywhere_and_the_chips_narrow_it(visit, wrote):
    zoe, leo = wrote(ZOE, "parking"), wrote(LEO, "parking")
    visit.post(f"/inbox/{zoe}/done", "ada")
    assert list_thread_ids(visit("/inbox?search=parking", "ada")) == [leo, zoe]
    assert list_thread_ids(visit("/inbox?search=parking&state=done", "ada")) == [zoe]
    assert (
        'href="/inbox?state=done&amp;search=parking"' in visit("/inbox?search=parking", "ada").text
    )


def test_many_that_match_are_said_to_be_more(visit, wrote):
    for n in range(THREADS_PER_PAGE + 1):
        wrote(f"+1303555{n:04}", "hello")
    page = visit("/inbox?search=hello", "ada")
    assert len(list_thread_ids(page)) == THREADS_PER_PAGE
    assert "Showing the newest matches." in page.words


def test_the_live_part_answers_only_when_something_changed(visit, wrote):
    wrote(ZOE, "Hi")
    first = visit("/inbox", "ada")
    address = re.search(r'hx-get="(/inbox/live[^"]+mark[^"]+)"', first.text)[1].replace(
        "&amp;", "&"
    )
    assert visit(address, "ada").status_code == 204
    wrote(LEO, "Me too")
    answer = visit(address, "ada")
    assert answer.status_code == 200
    assert "Me too" in answer.text
    assert visit("/inbox/live").status_code == 401


def test_people_are_found_by_names_without_accents_and_in_any_order(app, visit, wrote):
    with app.app_context():
        add_member(ZOE, "Álvaro Núñez")
        add_member(LEO, "O’Brien Sean")
    zoe, leo = wrote(ZOE, "Hi"), wrote(LEO, "Jose\u0301 and Łukasz come")
    for search, thread_ids in (
        ("nunez alvaro", [zoe]),
        ("Núñez, Álvaro", [zoe]),
        ("O'Brien", [leo]),
        ("José", [leo]),
        ("jose", [leo]),
    ):
        assert list_thread_ids(visit(f"/inbox?search={search}", "sol")) == thread_ids, search
