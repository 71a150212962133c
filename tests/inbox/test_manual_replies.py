"""A reply: sent once, to whoever may be texted; nothing typed is lost.

And the replies that are kept.
"""

import re
from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import write
from app.suppression.actions.opt_outs import lift_opt_outs
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member, add_opt_out

SEEN_FIELDS = ("seen_id", "asked_id")


@pytest.fixture
def zoe(app, wrote):
    """Zoë's thread, after one text; her name is known."""
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
    return wrote(ZOE, "Hello there")


def token(visit, thread_id, who="sol"):
    return re.search(r'name="client_token" value="(\w+)"', visit(f"/inbox/{thread_id}", who).text)[
        1
    ]


def test_a_reply_is_queued_ahead_of_blasts_and_nobody_has_to_look_any_more(
    visit, zoe, thread, sent
):
    answer = visit(f"/inbox/{zoe}/reply?state=all", "sol", body="  Hi {first_name|friend}!  ")
    assert answer.location == f"/inbox/{zoe}?state=all"
    [text] = sent()
    assert (text.body, text.kind, text.status, text.written_by) == (
        "Hi Zoë!",
        "reply",
        "queued",
        "sol",
    )
    assert (text.phone, text.name, text.priority, text.carrier) == (
        ZOE,
        "Zoë Hernández",
        20,
        "sandbox",
    )
    row = thread(zoe)
    assert text.in_reply_to
    assert (row.needs_reply, row.unread, row.last_message_id) == (False, 0, text.id)
    assert "Hi Zoë! Sol · " in visit(f"/inbox/{zoe}", "sol").words


def test_a_double_click_sends_once_and_another_form_sends_again(visit, zoe, sent):
    mark = token(visit, zoe)
    for _ in range(3):
        assert (
            visit(f"/inbox/{zoe}/reply", "sol", body="Once", client_token=mark).status_code == 303
        )
    visit(
        f"/inbox/{zoe}/reply",
        "ada",
        body="Twice",
        client_token=token(visit, zoe, "ada"),
    )
    visit(f"/inbox/{zoe}/reply", "sol", body="Once", client_token=mark)
    assert [text.body for text in sent()] == ["Once", "Twice"]
    visit(f"/inbox/{zoe}/reply", "sol", body="Once")  # a program without a mark means what it says
    assert len(sent()) == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "Write a reply first."),
        (" \u200b ", "Write a reply first."),
        ("Hi {nickname}", "{nickname} is not a placeholder."),
        (
            "See you at {event_title}",
            "can only be filled in for people of an event",
        ),
        ("A brace } alone", "is unmatched"),
        ("x" * 1601, "This text has 1,601 characters."),
    ],
)
def test_a_mistake_is_said_beside_the_box_and_nothing_typed_is_lost(visit, zoe, sent, body, words):
    page = visit(f"/inbox/{zoe}/reply", "sol", body=body, client_token="a" * 32)
    assert page.status_code == 422
    assert words in page.words
    assert body.strip(" \u200b") in page.text
    assert 'value="' + "a" * 32 in page.text
    assert sent() == []


def test_whoever_said_stop_meanwhile_is_not_texted_and_the_words_stay(
    app, visit, zoe, sent, thread
):
    with app.app_context():
        add_opt_out(ZOE)
    page = visit(f"/inbox/{zoe}/reply", "sol", body="But wait")
    assert page.status_code == 422
    assert "Opted out. Only they can undo this, by texting START." in page.words
    assert "But wait</textarea>" in page.text
    assert sent() == []
    assert thread(zoe).needs_reply


def test_short_codes_get_no_answer(visit, wrote, sent):
    assert visit(f"/inbox/{wrote('32665', 'Code')}/reply", "ada", body="Hi").status_code == 422
    assert sent() == []


def test_a_refused_form_can_be_sent_again_once_they_came_back(app, visit, zoe, sent):
    """The mark is taken back with everything else of the transaction."""
    mark = token(visit, zoe)
    with app.app_context():
        add_opt_out(ZOE)
    visit(f"/inbox/{zoe}/reply", "sol", body="Hi", client_token=mark)
    with app.app_context(), write():
        lift_opt_outs(ZOE)
    visit(f"/inbox/{zoe}/reply", "sol", body="Hi", client_token=mark)
    assert len(sent()) == 1


def shown(visit, thread_id, who):
    """Return what the form of the page says that its writer has seen."""
    page = visit(f"/inbox/{thread_id}", who).text
    return {name: re.search(rf'name="{name}" value="(\d*)"', page)[1] for name in SEEN_FIELDS}


def test_the_second_of_two_who_answer_at_once_is_asked_first(visit, zoe, sent):
    """M22: both had the page open; the second sees what the first wrote, and decides."""
    before = shown(visit, zoe, "sol")
    visit(f"/inbox/{zoe}/reply", "ada", body="At six.", **shown(visit, zoe, "ada"))
    page = visit(f"/inbox/{zoe}/reply", "sol", body="At seven.", **before)
    assert page.status_code == 422
    assert "Ada answered just now: “At six.” Send yours anyway?" in page.words
    assert "At seven.</textarea>" in page.text
    assert "Send anyway" in page.words
    assert [text.body for text in sent()] == ["At six."]
    asked = {name: re.search(rf'name="{name}" value="(\d+)"', page.text)[1] for name in SEEN_FIELDS}
    visit(f"/inbox/{zoe}/reply", "sol", body="At seven.", **asked)
    assert [text.body for text in sent()] == ["At six.", "At seven."]


def test_a_reply_that_the_page_has_shown_for_a_moment_already_counts_as_unseen(visit, zoe, sent):
    visit(f"/inbox/{zoe}/reply", "ada", body="At six.")
    page = visit(f"/inbox/{zoe}/reply", "sol", body="At seven.", **shown(visit, zoe, "sol"))
    assert "Ada answered just now" in page.words


def test_nobody_is_asked_about_an_older_reply_or_an_own_one(visit, zoe, sent, time_machine):
    visit(f"/inbox/{zoe}/reply", "ada", body="At six.")
    visit(f"/inbox/{zoe}/reply", "ada", body="Or later.", **shown(visit, zoe, "ada"))
    time_machine.move_to(now() + timedelta(seconds=11))
    visit(f"/inbox/{zoe}/reply", "sol", body="See you!", **shown(visit, zoe, "sol"))
    assert len(sent()) == 3


def saved(visit, title="Where", body="Hi {first_name|you}, by the gate."):
    return visit("/inbox/replies/add", "sol", title=title, body=body)


def test_a_saved_reply_goes_into_the_box_filled_in_and_sends_nothing(visit, zoe, wrote, sent):
    saved(visit)
    assert 'data-insert="Hi Zoë, by the gate."' in visit(f"/inbox/{zoe}", "sol").text
    page = visit(
        f"/inbox/{zoe}/reply",
        "sol",
        body="As I said:",
        saved="1",
        client_token="b" * 32,
    )
    assert page.status_code == 200
    assert "As I said:\nHi Zoë, by the gate.</textarea>" in page.text
    assert 'value="' + "b" * 32 in page.text
    assert 'data-insert="Hi you, by the gate."' in visit(f"/inbox/{wrote(LEO, 'Hi')}", "sol").text
    assert sent() == []


def test_saved_replies_are_kept_changed_and_deleted_by_admins_only(visit):
    assert "Save the replies you send often" in visit("/inbox/replies", "sol").words
    assert saved(visit).location == "/inbox/replies"
    again = saved(visit)
    assert again.status_code == 422
    assert "Another saved reply has this title." in again.words
    assert (
        visit("/inbox/replies/1/edit", "sol", title="There", body="Come by!").location
        == "/inbox/replies"
    )
    page = visit("/inbox/replies", "sol")
    assert "There Come by!" in page.words
    assert "Delete" not in page.words
    assert visit.post("/inbox/replies/1/delete", "sol").status_code == 403
    assert visit.post("/inbox/replies/1/delete", "ada").location == "/inbox/replies"
    assert visit.post("/inbox/replies/1/delete", "ada").status_code == 404
    assert visit("/inbox/replies/1/edit", "ada").status_code == 404


@pytest.mark.parametrize(
    ("title", "body", "words"),
    [
        ("", "Hi", "Enter a title."),
        ("x" * 81, "Hi", "up to 80 characters"),
        ("Hi", "", "Write a reply first."),
        ("Hi", "{nick}", "is not a placeholder"),
    ],
)
def test_a_saved_reply_that_could_not_be_sent_is_not_kept(visit, title, body, words):
    page = saved(visit, title, body)
    assert page.status_code == 422
    assert words in page.words
    assert f'value="{title}"' in page.text
