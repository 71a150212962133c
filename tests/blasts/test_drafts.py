"""Drafts: nothing typed is lost, what was reviewed is what is sent, and it is sent once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.blasts.models import StoredDraft
from app.core.db import db
from tests.blasts.helpers import (
    COMPOSE_URL,
    LATER,
    compose_fields,
    create_event,
    get_form_fields,
    get_review_fields,
    list_messages,
    list_scheduled_blasts,
)
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_members

DRAFTS = "/blasts/drafts"


@pytest.fixture(autouse=True)
def zoe(app):
    with app.app_context():
        add_member(ZOE, "Zoë")


@pytest.fixture
def draft(app, visit, copied_steps):
    """The address of a new blast of Sol's, of which Sol pressed Review."""
    return copied_steps.take(app, begin_draft, visit)


def begin_draft(_app, visit):
    return start(visit)


def list_drafts(app):
    with app.app_context():
        return db.session.scalars(db.select(StoredDraft).order_by(StoredDraft.id)).all()


def start(visit, who="sol", **changes):
    """Press Review on a new blast; return the address of its draft."""
    token = get_form_fields(visit(COMPOSE_URL, who), "compose")["client_token"]
    fields = compose_fields(**changes, client_token=token)
    answer = visit(DRAFTS, who, **fields)
    assert answer.status_code == 303, answer.words
    return answer.location.removesuffix("/review")


def send(visit, draft, who="sol", **changes):
    """Press the button of the review page, with what its form carries."""
    fields = get_review_fields(visit(f"{draft}/review", who))
    return visit(f"{draft}/send", who, **fields | {"confirm": "1"} | changes)


def type_again(visit, draft, who="sol", **changes):
    """Return the fields of the draft's page with these changes."""
    page = get_form_fields(visit(draft, who), "compose")
    return compose_fields(version=page["version"], draft_id=page["draft_id"]) | changes


def test_a_draft_is_stored_reviewed_and_sent_once(app, visit):
    visit(COMPOSE_URL, "sol")
    assert list_drafts(app) == []  # reading a page stores nothing
    draft = start(visit)
    page = visit(f"{draft}/review", "sol")
    assert page.headings == ["Review"]
    assert f'action="{draft}/review"' in page.text
    fields = get_review_fields(page)
    assert "message_body" not in fields
    assert list_scheduled_blasts(app) == []
    answers = [visit(f"{draft}/send", "sol", **fields, confirm="1") for _ in range(2)]
    assert [answer.location for answer in answers] == ["/blasts/scheduled/1"] * 2
    assert [blast.created_by for blast in list_scheduled_blasts(app)] == ["sol"]
    assert list_drafts(app) == []
    # A page of it that was left open leads to the blast, too.
    late = visit(draft, "sol", **compose_fields(client_token=fields["client_token"]))
    assert late.location == "/blasts/scheduled/1"
    assert list_messages(app) == []


def test_what_was_typed_with_errors_is_kept_as_it_was(app, visit):
    fields = get_form_fields(visit(COMPOSE_URL, "sol"), "compose")
    typed = compose_fields(**LATER | {"schedule_date": "soon"}, message_body="Hi {nickname}")
    page = visit(DRAFTS, "sol", **fields | typed)
    assert page.status_code == 422
    assert "{nickname} is not a placeholder." in page.words
    (draft,) = list_drafts(app)
    again = visit(f"{DRAFTS}/{draft.id}", "sol")
    assert "{nickname}</textarea>" in again.text
    assert 'value="soon"' in again.text
    # The address of the form is the draft's, so that a second press does not begin another.
    assert f'action="{DRAFTS}/{draft.id}"' in page.text


def test_it_saves_itself_as_one_draft(app, visit):
    fields = get_form_fields(visit(COMPOSE_URL, "sol"), "compose") | {"message_body": "Hel"}
    first = visit(f"{DRAFTS}/save", "sol", **fields).json
    assert first["url"] == f"{DRAFTS}/1"
    assert first["saved"].startswith("Saved today, ")
    # The answer was lost: the form has no number yet, and is the same draft.
    again = visit(f"{DRAFTS}/save", "sol", **fields | {"message_body": "Hello"}).json
    assert (again["id"], again["version"]) == (1, 2)
    later = fields | {"draft_id": "1", "version": "2", "message_body": "Hello all"}
    assert visit(f"{DRAFTS}/save", "sol", **later).json["version"] == 3
    assert visit(f"{DRAFTS}/save", "sol", **later).json["version"] == 3  # nothing is new
    assert [draft.version for draft in list_drafts(app)] == [3]
    del later["csrf_token"]
    assert visit(f"{DRAFTS}/save", **later).status_code == 401


def test_without_scripts_a_button_saves(app, visit):
    fields = get_form_fields(visit(COMPOSE_URL, "sol"), "compose")
    page = visit(DRAFTS, "sol", **fields, message_body="", save="1", follow=True)
    assert "Draft saved." in page.words
    assert "No text yet" in visit(DRAFTS, "sol").words
    assert len(list_drafts(app)) == 1


def test_a_save_of_an_old_version_is_shown_beside_the_other(app, visit, draft):
    mine = type_again(visit, draft, "sol", message_body="Sol’s words")
    theirs = type_again(visit, draft, "ada", message_body="Ada’s words", save="1")
    assert visit(draft, "ada", **theirs).status_code == 303
    answer = visit(f"{DRAFTS}/save", "sol", **mine)
    assert answer.status_code == 409
    assert answer.json["conflict"].startswith("Ada changed this draft today")
    page = visit(draft, "sol", **mine)
    assert page.status_code == 409
    assert "Sol’s words" in page.words
    assert "Ada’s words" in page.words
    assert "Ada’s words" in list_drafts(app)[0].fields  # nothing is overwritten
    kept = get_form_fields(page, "versions") | {"save": "1"}
    assert visit(draft, "sol", **kept).status_code == 303
    assert "Sol’s words" in list_drafts(app)[0].fields


def test_a_page_that_is_left_with_an_old_version_is_a_draft_of_its_own(app, visit, draft):
    mine = type_again(visit, draft, "sol", message_body="Sol’s words")
    visit(draft, "ada", **type_again(visit, draft, "ada", message_body="Ada’s words", save="1"))
    visit(f"{DRAFTS}/save", "sol", **mine, leaving="1")
    assert ["Ada" in each.fields for each in list_drafts(app)] == [True, False]


def test_a_draft_that_was_deleted_meanwhile_is_stored_anew(app, visit, draft):
    mine = type_again(visit, draft, "sol", message_body="Sol’s words", save="1")
    assert "Draft deleted." in visit(f"{draft}/delete", "ada", _="", follow=True).words
    assert visit(draft, "sol", **mine).status_code == 303
    assert ["Sol’s words" in each.fields for each in list_drafts(app)] == [True]


def test_what_was_reviewed_is_what_is_sent(app, visit):
    picnic = create_event(app, "Picnic", ZOE)
    draft = start(
        visit, target="event", event_id=str(picnic), message_body="{first_name|x}: {event_title}"
    )
    fields = get_review_fields(visit(f"{draft}/review", "sol")) | {"confirm": "1"}
    with app.app_context():
        db.session.execute(db.text("UPDATE events SET title = 'Lunch'"))
        db.session.commit()
    page = visit(f"{draft}/send", "sol", **fields)
    assert page.status_code == 422
    assert "The people, their texts or the event changed meanwhile." in page.words
    changed = type_again(visit, draft, "ada", message_body="Other words", save="1")
    fields = get_review_fields(page) | {"confirm": "1"}
    visit(draft, "ada", **changed)
    page = visit(f"{draft}/send", "sol", **fields)
    assert "Ada changed this draft today" in page.words
    assert "Other words" in page.words
    assert visit(f"{draft}/send", "sol", confirm="1").status_code == 422  # without a review
    assert list_scheduled_blasts(app) == []
    assert send(visit, draft).status_code == 303


def test_more_people_are_reviewed_again_and_many_are_counted_by_hand(app, visit, draft):
    fields = get_review_fields(visit(f"{draft}/review", "sol")) | {"confirm": "1"}
    with app.app_context():
        add_members(30)
    page = visit(f"{draft}/send", "sol", **fields)
    assert "Now 31 people (30 more). Please review again." in page.words
    fields = get_review_fields(page) | {"confirm": "1"}
    assert "Type the number of people: 31." in visit(f"{draft}/send", "sol", **fields).words
    assert visit(f"{draft}/send", "sol", **fields | {"people_count": "31"}).status_code == 303


def test_a_button_of_the_review_changes_the_draft(app, visit):
    draft = start(
        visit, message_body="Come “early”. " + "Dinner is at six. " * 5, include_unsubscribe=None
    )
    page = visit(f"{draft}/review", "sol")
    assert "Replace with plain characters" in page.words
    fields = get_review_fields(page)
    page = visit(f"{draft}/review", "sol", **fields, plain="1", follow=True)
    assert 'Come "early".' in page.words
    page = visit(
        f"{draft}/review", "sol", **get_review_fields(page), include_unsubscribe="y", follow=True
    )
    assert "Reply STOP" in page.words
    assert visit(f"{draft}/review", "sol", edit="1").location == draft


def test_a_test_leaves_the_draft_where_it_is(app, visit, draft):
    fields = type_again(visit, draft, send_mode=["now", "test"], message_body="Picnic!")
    assert visit(draft, "sol", **fields).location == "/blasts/scheduled/1"
    assert [blast.test_mode for blast in list_scheduled_blasts(app)] == [True]
    assert '"test"' not in list_drafts(app)[0].fields
    assert send(visit, draft).location == "/blasts/scheduled/2"


def test_others_drafts_are_for_admins(app, visit):
    draft = start(visit, "ada", name="Board only")
    assert visit(DRAFTS, "sol").words.count("Board only") == 0
    for method in ({}, compose_fields(), {"_": ""}):
        assert visit(draft, "sol", **method).status_code == 404
    assert visit(f"{draft}/send", "sol", confirm="1").status_code == 404
    assert visit(f"{draft}/delete", "sol", _="").status_code == 404
    own = start(visit, "sol", name="Choir")
    page = visit(DRAFTS, "ada")
    assert "Board only" in page.words
    assert "Choir Everybody in the community" in page.words
    assert visit(own, "ada").status_code == 200
    assert "Drafts 1" in visit("/blasts/logs", "sol").words


def test_an_empty_list_says_what_it_is_for(visit):
    assert "Blasts you are still writing appear here." in visit(DRAFTS, "sol").words


def test_choices_that_are_gone_are_said_and_nothing_fails(app, visit):
    picnic = create_event(app, "Picnic", LEO)
    draft = start(visit, target="event", event_id=str(picnic))
    with app.app_context():
        db.session.execute(db.text("DELETE FROM events"))
        db.session.execute(db.text("DELETE FROM users WHERE username = 'sol'"))
        db.session.commit()
    assert "That event was deleted." in visit(draft, "ada").words
    assert visit(f"{draft}/review", "ada").status_code == 422
    assert "Event: Picnic" in visit(DRAFTS, "ada").words


def test_erasing_a_person_takes_their_number_out_of_drafts(app, visit):
    people = f"Zoë, (303) 555-0142\nLeo {LEO}\nZoë {ZOE}"
    draft = start(visit, target="audience", people=people)
    opened = type_again(visit, draft, "sol")
    with app.app_context():
        add_member(MIA, "Mia")
    page = visit(f"{visit.find_person_page(ZOE)}/erase", "ada")
    answer = visit(f"{visit.find_person_page(ZOE)}/erase", "ada", **page.fields())
    assert answer.status_code == 303, answer.words
    (row,) = list_drafts(app)
    assert "0142" not in row.fields
    assert LEO in row.fields
    # A page that was open with the number does not bring it back unseen.
    assert visit(f"{DRAFTS}/save", "sol", **opened | {"name": "x"}).status_code == 409


def test_a_session_that_ended_elsewhere_keeps_what_was_typed(app, visit, draft):
    typed = type_again(visit, draft, message_body="The longest text of all.")
    with app.app_context():
        db.session.execute(db.text("DELETE FROM sessions"))
        db.session.commit()
    own_page = {"Origin": "http://localhost", "Referer": f"http://localhost{draft}"}
    page = visit(draft, "sol", headers=own_page, **typed)
    assert page.status_code == 401
    assert f'data-keep="{draft}"' in page.text
    assert "The longest text of all." in page.words
    assert f"/login?next={draft}" in page.text.replace("%2F", "/")


def test_two_presses_at_the_same_time_are_one_blast(app, visit, draft):
    fields = get_review_fields(visit(f"{draft}/review", "sol")) | {"confirm": "1"}
    visit(f"{draft}/review", "ada")
    with ThreadPoolExecutor(6) as pool:
        presses = [
            pool.submit(visit, f"{draft}/send", who, **fields | {"csrf_token": visit.token(who)})
            for who in ("sol", "ada") * 3
        ]
    assert {press.result().status_code for press in presses} == {303}
    assert len(list_scheduled_blasts(app)) == 1
    assert list_drafts(app) == []


def test_a_new_draft_with_the_number_of_a_deleted_one_is_not_overwritten(app, visit):
    draft = start(visit, "sol")
    page = get_form_fields(visit(draft, "sol"), "compose")
    visit(f"{draft}/delete", "sol", _="")
    assert start(visit, "sol", message_body="The new one") == draft
    late = compose_fields(**{name: page[name] for name in ("version", "client_token")}, save="1")
    assert visit(draft, "sol", **late).location == f"{DRAFTS}/2"
    assert ["The new one" in each.fields for each in list_drafts(app)] == [True, False]
