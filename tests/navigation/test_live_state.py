"""The count of waiting conversations, kept true on every page."""

import re

import pytest

from tests import sample_rows

ZOE = "+13035550110"


@pytest.fixture
def wrote(app):
    """Call `wrote("Hi")`: Zoë's text comes in."""

    def come(body):
        with app.app_context():
            return sample_rows.add_inbound_text(ZOE, body)

    return come


def test_nothing_waits_at_first(visit):
    assert visit("/live", "ada").json == {"waiting": 0, "newest": 0, "notices": 0}


def test_a_new_text_is_told_to_pages_that_have_not_seen_it(app, visit, wrote):
    with app.app_context():
        sample_rows.add_member(ZOE, "Zoë")
    thread_id = wrote("Hi")
    state = visit("/live?since=0", "sol").json
    assert state["waiting"] == 1
    assert (state["text"], state["url"]) == ("Zoë wrote.", f"/inbox/{thread_id}")
    assert "text" not in visit(f"/live?since={state['newest']}", "sol").json


def test_every_page_knows_where_to_ask_and_has_a_badge_to_fill(visit, wrote):
    empty = visit("/community", "ada").text
    assert 'data-live="/live"' in empty
    assert re.search(r"data-live-count hidden", empty)
    wrote("Hi")
    assert not re.search(r"data-live-count hidden", visit("/community", "ada").text)


def test_signed_out_pages_do_not_ask(visit):
    assert "data-live=" not in visit("/login").text
    assert visit("/live").status_code == 401
