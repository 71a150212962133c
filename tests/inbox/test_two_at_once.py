"""Two users at one conversation: each sees that the other is writing (issue 11)."""

import re
from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db
from app.inbox.models import ReplyWriter
from tests.sample_people import ZOE


@pytest.fixture
def zoe(wrote):
    """Zoë's thread, after one text."""
    return wrote(ZOE, "Hello there")


def live_address(page, thread_id):
    found = re.search(rf'hx-get="(/inbox/{thread_id}/live[^"]+)"', page.text)
    return found[1].replace("&amp;", "&")


def test_sol_writes_and_ada_sees_it_until_it_is_sent(visit, zoe):
    before = live_address(visit(f"/inbox/{zoe}", "ada"), zoe)
    assert visit.post(f"/inbox/{zoe}/writing", "sol").status_code == 204
    assert "Sol is writing a reply" in visit(f"/inbox/{zoe}", "ada").words
    assert "writing a reply" not in visit(f"/inbox/{zoe}", "sol").words
    assert "Sol</bdi> is writing a reply" in visit(before, "ada").text
    visit(f"/inbox/{zoe}/reply", "sol", body="At six.")
    assert "writing a reply" not in visit(f"/inbox/{zoe}", "ada").words


def test_who_stopped_writing_is_not_shown_after_a_few_seconds(app, visit, zoe, time_machine):
    visit.post(f"/inbox/{zoe}/writing", "sol")
    visit.post(f"/inbox/{zoe}/writing", "sol")
    time_machine.move_to(now() + timedelta(seconds=16))
    assert "writing a reply" not in visit(f"/inbox/{zoe}", "ada").words
    time_machine.move_to(now() + timedelta(hours=2))
    visit.post(f"/inbox/{zoe}/writing", "ada")
    with app.app_context():
        assert db.session.scalars(db.select(ReplyWriter.username)).all() == ["ada"]


def test_nothing_new_is_no_answer_while_the_same_user_keeps_writing(visit, zoe):
    visit.post(f"/inbox/{zoe}/writing", "sol")
    address = live_address(visit(f"/inbox/{zoe}", "ada"), zoe)
    visit.post(f"/inbox/{zoe}/writing", "sol")
    assert visit(address, "ada").status_code == 204


def test_the_status_follows_what_another_user_does(visit, zoe):
    address = live_address(visit(f"/inbox/{zoe}", "ada"), zoe)
    visit.post(f"/inbox/{zoe}/done", "sol")
    assert "Done by Sol" in visit(address, "ada").text
