"""The pages of the keywords. Case B28."""

import json
import re
from datetime import date

import pytest

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db
from app.keywords.models import KeywordAction, KeywordMatch, KeywordRule
from tests.keywords.keyword_helpers import (
    create_event,
    create_keyword,
    create_survey,
    find_trigger_words,
    get_keyword,
    receive_text,
)

HOURS = {
    "keyword": "hours",
    "response_body": "9 to 5, {first_name|friend}",
    "is_active": "y",
}


def stored(app):
    with app.app_context():
        return db.session.scalars(db.select(KeywordRule).order_by(KeywordRule.id)).all()


def last_act(app):
    with app.app_context():
        row = db.session.scalar(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1))
        return row.verb, row.who, row.about, json.loads(row.details)


def in_app(app, make, *args, **more):
    with app.app_context():
        return make(*args, **more)


def test_both_roles_read_and_write_keywords_and_only_admins_delete(app, visit):
    for who, word in (("sol", "hours"), ("ada", "when")):
        assert visit("/keywords", who).status_code == 200
        page = visit("/keywords/add", who, **HOURS | {"keyword": word})
        assert (page.status_code, page.location) == (303, "/keywords")
    assert visit("/keywords").status_code == 302
    assert (
        visit("/keywords/1/edit", "sol", **HOURS | {"response_body": "Closed."}).status_code == 303
    )
    assert visit.post("/keywords/1/delete", "sol").status_code == 403
    assert "Delete keyword" not in visit("/keywords/1/edit", "sol").words
    assert [(row.keyword, row.response_body, row.created_by) for row in stored(app)] == [
        ("HOURS", "Closed.", "sol"),
        ("WHEN", "9 to 5, {first_name|friend}", "ada"),
    ]
    page = visit("/keywords/1/delete", "ada", follow=True, _="")
    assert "HOURS was deleted." in page.words
    assert [row.keyword for row in stored(app)] == ["WHEN"]
    assert last_act(app) == (
        "keyword.deleted",
        "ada",
        "keyword 1",
        {"keyword": "HOURS", "uses": 0},
    )
    assert (
        visit("/keywords/1/edit", "ada").status_code
        == visit.post("/keywords/1/delete", "ada").status_code
        == 404
    )


def test_the_contracts_three_fields_are_enough_and_without_the_tick_it_is_off(app, visit):
    visit("/keywords/add", "sol", **HOURS)
    visit("/keywords/add", "sol", keyword="Sign-up!", response_body="Hi")
    first, second = stored(app)
    assert (first.keyword, first.is_active, first.match_kind, first.action) == (
        "HOURS",
        True,
        KeywordMatch.WHOLE,
        KeywordAction.NONE,
    )
    assert (second.keyword, second.is_active) == ("SIGN UP", False)
    visit(f"/keywords/{first.id}/edit", "sol", keyword="hours", response_body="Hi")
    assert not stored(app)[0].is_active
    assert last_act(app) == (
        "keyword.changed",
        "sol",
        "keyword 1",
        {
            "response_body": ["9 to 5, {first_name|friend}", "Hi"],
            "is_active": [True, False],
            "changed": ["response_body", "is_active"],
        },
    )


def test_everything_that_can_be_chosen_is_kept_and_shown_again(app, visit):
    picnic = in_app(app, create_event)
    page = visit(
        "/keywords/add",
        "sol",
        **HOURS | {"keyword": "Coming", "response_body": "See you at {event_title}!"},
        aliases="me too,  COUNT ME IN, coming",
        match_kind="first",
        action="add_to_event",
        event_id=str(picnic),
        from_date="2027-03-01",
        until_date="2027-05-08",
        until_time="18:30",
    )
    assert page.status_code == 303
    [row] = stored(app)
    assert (row.match_kind, row.action, row.event_id) == (
        KeywordMatch.FIRST,
        KeywordAction.ADD_TO_EVENT,
        picnic,
    )
    assert (
        f"{row.active_from:%d %H:%M}, {row.active_until:%d %H:%M}" == "01 07:00, 09 00:30"
    )  # Denver, winter and summer
    assert in_app(app, find_trigger_words) == dict.fromkeys(
        ["COMING", "COUNT ME IN", "ME TOO"], row.id
    )
    page = visit(f"/keywords/{row.id}/edit", "sol")
    for part in (
        'value="COMING"',
        'value="COUNT ME IN, ME TOO"',
        'value="2027-03-01"',
        'value="18:30"',
        "See you at",
    ):
        assert part in page.text
    assert page.fields(-1)["from_time"] == "00:00"
    assert (
        visit(
            f"/keywords/{row.id}/edit",
            "sol",
            **page.fields(-1) | {"response_body": row.response_body},
        ).status_code
        == 303
    )
    assert last_act(app)[3] == {"changed": []}


def test_the_last_day_counts_whole(app, visit):
    visit("/keywords/add", "sol", **HOURS, until_date="2027-05-08")
    assert f"{stored(app)[0].active_until:%d %H:%M}" == "09 06:00"
    page = visit("/keywords/1/edit", "sol")
    assert (page.fields(-1)["until_date"], page.fields(-1)["until_time"]) == (
        "2027-05-08",
        "",
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"keyword": ""}, "Enter a word made of letters or digits."),
        ({"keyword": " ｓｔｏｐ! "}, "STOP is handled by carriers; choose another word."),
        ({"keyword": "help"}, "HELP returns your help text"),
        ({"keyword": "food"}, "FOOD already starts the survey “Lunch”."),
        ({"keyword": "ＪＯＩＮ."}, "JOIN is already a keyword."),
        ({"keyword": "me-too"}, "ME TOO is already a spelling of the keyword JOIN."),
        ({"aliases": "open, Quit"}, "QUIT is handled by carriers"),
        ({"aliases": "open, join"}, "JOIN is already a keyword."),
        ({"aliases": "a b c d"}, "A B C D: A keyword can have up to 3 words"),
        ({"aliases": ",".join(f"w{n}" for n in range(21))}, "up to 20 other spellings"),
        ({"response_body": " "}, "Write a reply, or choose an action."),
        ({"response_body": "Hi {nickname}"}, "{nickname}"),
        ({"response_body": "{event_title}"}, "only be filled in for people of an event"),
        (
            {"response_body": "x" * 1601},
            "A reply can have up to 1,600 characters. This one has 1,601.",
        ),
        ({"match_kind": "anywhere"}, "Choose one of the two."),
        ({"action": "explode"}, "Choose an action."),
        ({"action": "add_to_event"}, "Choose an event."),
        ({"action": "add_to_event", "event_id": "99"}, "That event was deleted."),
        ({"action": "add_to_event", "event_id": "٣"}, "Choose an event."),
        ({"action": "start_survey"}, "Choose a survey."),
        ({"action": "start_survey", "survey_id": "99"}, "That survey is closed or deleted."),
        ({"from_date": "soon"}, "Enter a date, such as"),
        ({"from_date": "2027-03-14", "from_time": "02:30"}, "This time does not exist"),
        ({"until_time": "10:00"}, "Choose a day too"),
        ({"until_date": "0001-01-01"}, "between 1970 and 2199"),
        (
            {"from_date": "2027-05-08", "until_date": "2027-05-07"},
            "The end must be after the start.",
        ),
    ],
)
# case B28
def test_what_cannot_be_kept_is_said_and_everything_typed_stays(app, visit, typed, sentence):
    """B28: reserved words, and words of other keywords and surveys in whatever spelling."""
    in_app(app, create_survey, "Lunch", "FOOD")
    in_app(app, create_keyword, "JOIN", aliases=["ME TOO"])
    fields = (
        HOURS | {"aliases": "opening", "match_kind": "first", "from_date": "2027-01-01"} | typed
    )
    page = visit("/keywords/add", "sol", **fields)
    assert page.status_code == 422
    assert sentence in page.words
    fields_shown = page.fields(-1)
    for name in ("keyword", "aliases", "from_date"):
        assert fields_shown[name] == fields[name]
    assert fields["response_body"].strip() in re.sub("&#39;", "'", page.text)
    assert len(stored(app)) == 1


def test_a_keyword_may_keep_its_own_words(app, visit):
    id = in_app(app, create_keyword, "JOIN", aliases=["ME TOO"])
    in_app(app, create_keyword, "HOURS")
    page = visit(f"/keywords/{id}/edit", "sol", **HOURS)
    assert page.status_code == 422
    assert "HOURS is already a keyword." in page.words
    page = visit(
        f"/keywords/{id}/edit",
        "sol",
        **HOURS | {"keyword": "me too", "aliases": "Join"},
    )
    assert page.status_code == 303
    assert in_app(app, get_keyword, id).keyword == "ME TOO"


def test_a_keyword_from_before_pauses_keeps_its_word_and_the_list_says_so(app, visit):
    page = visit("/keywords/add", "sol", **HOURS | {"keyword": "pause"})
    assert "PAUSE pauses all texts for some days; choose another word." in page.words
    id = in_app(app, create_keyword, "PAUSE")
    words = visit("/keywords", "sol").words
    assert "PAUSE PAUSE 30, PAUSE 2 WEEKS …" in words
    assert "PAUSE alone still starts your own keyword" in words
    page = visit(f"/keywords/{id}/edit", "sol", **HOURS | {"keyword": "pause"})
    assert page.status_code == 303


def test_the_list_says_what_each_does_and_the_words_of_the_law_are_locked(app, visit):
    with app.app_context():
        picnic = create_event(date=date(2099, 5, 8))
        lunch = create_survey("Lunch", "FOOD")
        create_keyword("HOURS", "9 to 5. " * 30, aliases=["WHEN"])
        create_keyword(
            "COMING",
            "See you on {event_date}!",
            action=KeywordAction.ADD_TO_EVENT,
            event_id=picnic,
            match_kind=KeywordMatch.FIRST,
        )
        create_keyword(
            "EAT",
            "Yes!",
            action=KeywordAction.START_SURVEY,
            survey_id=lunch,
            is_active=False,
        )
        create_keyword("JOIN", "Hi", action=KeywordAction.SUBSCRIBE, active_until=now())
        receive_text("when")
        receive_text("hours")
    page = visit("/keywords", "sol")
    for part in (
        "HOURS WHEN 9 to 5.",
        "… Nothing else Active 2",
        "COMING … See you on Fri, May 8, 2099! Registers for Spring picnic Active 0",
        "EAT Yes! Starts Lunch Off 0",
        "JOIN Hi Adds them to the community Ended",
        "4 keywords",
        "STOP UNSUBSCRIBE",
        "START UNSTOP",
        "HELP INFO",
    ):
        assert part in page.words
    assert "HOURS" in visit("/keywords?search=whe", "sol").words
    assert "No keywords match that" in visit("/keywords?search=nothing", "sol").words
    assert (
        visit("/keywords?sort=uses&dir=desc", "sol").words.index("HOURS")
        < page.words.index("COMING") + 100
    )


def test_a_new_organisation_is_told_what_keywords_are_for(visit):
    page = visit("/keywords", "sol")
    assert "Choose a word, such as HOURS, and write the reply." in page.words
    assert "STOP" in page.words


def test_what_the_organisation_answers_to_help_stands_in_the_locked_row(app, visit):
    with app.app_context():
        db.session.execute(db.text("UPDATE organisation SET help_reply = 'Call 555 0100'"))
        db.session.commit()
    assert "Call 555 0100" in visit("/keywords", "sol").words


def test_when_its_event_is_deleted_the_list_says_so(app, visit):
    with app.app_context():
        create_keyword("COMING", None, action=KeywordAction.ADD_TO_EVENT, event_id=create_event())
    visit.post("/events/1/delete", "ada")
    assert "Registered for an event that was deleted" in visit("/keywords", "sol").words
    assert visit("/keywords/1/edit", "sol").status_code == 200


def test_the_page_of_a_keyword_leads_to_a_phone_with_the_word_typed(app, visit):
    in_app(app, create_keyword, "SIGN UP")
    assert 'href="/sandbox/try?text=SIGN+UP"' in visit("/keywords/1/edit", "sol").text
