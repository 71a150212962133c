"""A person's hand on a conversation: begun, read, assigned, done; and a text that may mean STOP."""

import re
from datetime import timedelta

import pytest

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.inbox.models import Thread
from app.suppression.models import StopQuestion
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.stop_questions import find_open_stop_question
from tests import sample_rows
from tests.sample_people import LEO, ZOE


@pytest.fixture
def zoe(wrote):
    """Zoë's thread, after one text."""
    return wrote(ZOE, "Hello there")


def verbs(app):
    with app.app_context():
        return db.session.scalars(db.select(AuditEvent.verb).order_by(AuditEvent.id)).all()


def test_text_this_person_begins_a_conversation_once(app, visit, zoe):
    with app.app_context():
        sample_rows.add_member(LEO, "Leo")
    person_page = visit.find_person_page(LEO)
    begin = person_page.replace("/people/", "/inbox/with/")
    assert f'action="{begin}"' in visit(person_page, "sol").text
    assert visit.post(begin, "sol").location == visit.post(begin, "sol").location
    first, second = (visit.post(f"/inbox/with/{LEO[1:]}", "sol").location for _ in range(2))
    assert first == second
    assert "No texts yet." in visit(first, "sol").words
    assert visit.post(f"/inbox/with/{ZOE[1:]}", "sol").location == f"/inbox/{zoe}"
    assert visit.post("/inbox/with/0", "sol").status_code == 404
    assert visit("/inbox/with/13035550143", "sol").status_code == 405
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Thread)) == 2
    assert verbs(app) == ["thread.begun"]


def test_reading_reaches_as_far_as_the_page_did(visit, zoe, wrote, thread):
    seen = re.search(r'name="seen" value="(\d+)"', visit(f"/inbox/{zoe}", "sol").text)[1]
    wrote(ZOE, "One more")
    visit(f"/inbox/{zoe}/read", "sol", seen=seen)
    assert thread(zoe).unread == 2
    seen = re.search(r'name="seen" value="(\d+)"', visit(f"/inbox/{zoe}", "sol").text)[1]
    visit(f"/inbox/{zoe}/read", "sol", seen=seen)
    row = thread(zoe)
    assert (row.unread, row.needs_reply) == (0, True)
    assert "data-read" not in visit(f"/inbox/{zoe}", "sol").text
    assert visit(f"/inbox/{zoe}/read", "sol", seen="x").status_code == 303


def test_a_conversation_is_given_to_somebody_and_taken_back(app, visit, zoe, thread):
    assert "Assigned to Sol." in visit(f"/inbox/{zoe}/assign", "ada", to="sol", follow=True).words
    assert thread(zoe).assigned_to == "sol"
    assert (
        "There is no user with that name."
        in visit(f"/inbox/{zoe}/assign", "ada", to="zoe", follow=True).words
    )
    assert thread(zoe).assigned_to == "sol"
    visit(f"/inbox/{zoe}/assign", "sol", to="")
    assert thread(zoe).assigned_to is None
    assert verbs(app) == ["thread.assigned", "thread.assigned"]


def test_done_until_they_write_again(visit, zoe, wrote, thread):
    visit.post(f"/inbox/{zoe}/done", "sol")
    row = thread(zoe)
    assert (row.needs_reply, row.unread, row.done_by) == (False, 0, "sol")
    assert "Done by Sol" in visit(f"/inbox/{zoe}", "ada").words
    wrote(ZOE, "Wait")
    row = thread(zoe)
    assert (row.needs_reply, row.done_at) == (True, None)
    visit.post(f"/inbox/{zoe}/done", "sol")
    visit.post(f"/inbox/{zoe}/reopen", "sol")
    assert thread(zoe).done_at is None


def test_a_person_says_that_it_needs_no_reply(visit, zoe, thread):
    visit.post(f"/inbox/{zoe}/no-reply", "sol")
    row = thread(zoe)
    assert (row.needs_reply, row.unread, row.done_at) == (False, 0, None)


# ---- perhaps they said STOP


@pytest.fixture
def doubtful(app, wrote):
    """Zoë's thread with an open question, and a text of ours that waits for her."""
    body = "who is this?? <stop> texting me or..."
    thread_id = wrote(ZOE, body, why="maybe_stop")
    with app.app_context(), write() as session:
        session.add(
            StopQuestion(
                phone=ZOE,
                body=body,
                asked_at=now(),
                decide_by=now() + timedelta(days=14),
            )
        )
        session.add(Message(kind="keyword", phone=ZOE, body="Waits", status="queued"))
    return thread_id


def question(app):
    with app.app_context():
        return find_open_stop_question(ZOE)


def test_the_question_stands_above_all_and_nothing_is_written_before_it_is_decided(
    app, visit, doubtful, sent
):
    page = visit(f"/inbox/{doubtful}", "sol")
    assert "Is this an opt-out request?" in page.words
    assert "who is this?? &lt;stop&gt; texting me" in page.text
    assert "Decide by" in page.words
    assert "10 business days left" in page.words
    assert "Send reply" not in page.words
    assert visit(f"/inbox/{doubtful}/reply", "sol", body="Hi").status_code == 422
    for way in ("done", "no-reply"):
        assert (
            "Decide first" in visit.post(f"/inbox/{doubtful}/{way}", "sol", _="", follow=True).words
        )
    assert question(app)
    assert [text.body for text in sent()] == ["Waits"]


def test_they_want_no_more_texts(app, visit, doubtful, sent, thread):
    visit(
        f"/inbox/{doubtful}/decide",
        "sol",
        question=str(question(app).id),
        verdict="out",
    )
    assert question(app) is None
    assert [(text.status, text.reason) for text in sent()] == [("skipped", "said_stop")]
    row = thread(doubtful)
    assert (row.needs_reply, row.why) == (False, None)
    with app.app_context():
        assert find_suppression_reason(ZOE) == "said_stop"
        decided = db.session.scalar(db.select(StopQuestion))
        assert (decided.verdict, decided.decided_by) == ("out", "sol")


def test_keep_texting_them(app, visit, doubtful, sent, thread):
    visit(
        f"/inbox/{doubtful}/decide",
        "sol",
        question=str(question(app).id),
        verdict="stay",
    )
    assert [text.status for text in sent()] == ["queued"]
    row = thread(doubtful)
    assert (row.needs_reply, row.why) == (True, None)
    assert "Send reply" in visit(f"/inbox/{doubtful}", "sol").words


def test_a_question_is_decided_once_and_only_in_its_own_conversation(app, visit, doubtful, wrote):
    leo, asked = wrote(LEO, "Hi"), str(question(app).id)
    visit(f"/inbox/{leo}/decide", "sol", question=asked, verdict="out")
    assert question(app)
    assert (
        visit(f"/inbox/{doubtful}/decide", "sol", question=asked, verdict="maybe").status_code
        == 400
    )
    assert visit(f"/inbox/{doubtful}/decide", "sol", question="x", verdict="out").status_code == 400
    visit(f"/inbox/{doubtful}/decide", "sol", question=asked, verdict="stay")
    late = visit(f"/inbox/{doubtful}/decide", "ada", question=asked, verdict="out", follow=True)
    assert "This was already decided." in late.words
    with app.app_context():
        assert find_suppression_reason(ZOE) is None
