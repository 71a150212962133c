"""A text meets a keyword: what it is answered, what else happens, and that each use is counted.

Case B19.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.events.models import EventRegistration
from app.keywords.models import KeywordAction, KeywordMatch
from app.suppression.actions import erased_numbers
from app.suppression.models import ConsentEvent
from app.suppression.queries.sending_permission import has_opted_out
from tests.keywords.keyword_helpers import (
    create_event,
    create_keyword,
    create_survey,
    get_keyword,
    get_replies,
    receive_text,
)
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member, add_opt_out

pytestmark = pytest.mark.usefixtures("shop")


def registrations():
    rows = db.session.scalars(db.select(EventRegistration).order_by(EventRegistration.id))
    return [(row.event_id, row.name, row.phone) for row in rows]


def ledger():
    rows = db.session.scalars(db.select(ConsentEvent).order_by(ConsentEvent.id))
    return [(row.phone, row.act.value, row.method.value, row.evidence) for row in rows]


@pytest.mark.parametrize(
    "body",
    [
        "hours",
        " Hours? ",
        "ＨＯＵＲＳ",
        "“hours!!”",
        "🕘 hours",
        "ho\u200burs",
        "when",
        "Opening-times",
    ],
)
def test_a_keyword_answers_in_any_spelling_and_by_its_other_words(body):
    create_keyword("HOURS", aliases=["WHEN", "OPENING TIMES"])
    assert get_replies(body) == ["We are open 9 to 5."]


@pytest.mark.parametrize(
    "body",
    ["what are your hours", "hours please", "hour", "HOURSS", "", "🎉", "x" * 2000],
)
def test_what_is_not_only_the_word_is_left_to_others(body):
    id = create_keyword("HOURS")
    assert receive_text(body) is None
    assert get_keyword(id).match_count == 0


@pytest.mark.parametrize(
    "body",
    [
        "join",
        "Join, please!",
        "JOIN us",
        "join " + "and on " * 150,
        "join:me",
        "🎉 join",
    ],
)
def test_a_keyword_may_be_the_first_word_only(body):
    create_keyword("JOIN", "Welcome!", match_kind=KeywordMatch.FIRST)
    expected = None if body == "join:me" else ["Welcome!"]
    assert get_replies(body) == expected
    assert get_replies("please join") is None


def test_the_longest_first_words_win_and_the_whole_text_before_them():
    create_keyword("SIGN", "one", match_kind=KeywordMatch.FIRST)
    create_keyword("SIGN UP", "two", match_kind=KeywordMatch.FIRST)
    create_keyword("SIGN UP NOW", "whole")
    assert get_replies("sign here") == ["one"]
    assert get_replies("sign-up Bo and me") == ["two"]
    assert get_replies("Sign up now!") == ["whole"]
    assert get_replies("sign up now with Bo") == ["two"]


def test_a_keyword_counts_only_while_it_is_active():
    moment = now()
    create_keyword("OFF", is_active=False)
    create_keyword("SOON", active_from=moment + timedelta(hours=1))
    create_keyword("OVER", active_until=moment)
    create_keyword("SUMMER", active_from=moment, active_until=moment + timedelta(hours=1))
    assert [get_replies(word, moment=moment) for word in ("off", "soon", "over")] == [
        None,
        None,
        None,
    ]
    assert get_replies("summer", moment=moment) == ["We are open 9 to 5."]
    assert get_replies("summer", moment=moment + timedelta(hours=1)) is None


def test_each_use_is_counted_and_is_no_change_of_the_keyword():
    id = create_keyword("HOURS", aliases=["WHEN"])
    before, moment = get_keyword(id).updated_at, now()
    receive_text("hours", moment=moment - timedelta(days=1))
    receive_text("when", phone=LEO, moment=moment)
    assert (
        get_keyword(id).match_count,
        get_keyword(id).last_matched_at,
        get_keyword(id).updated_at,
    ) == (
        2,
        moment,
        before,
    )


def test_twenty_at_once_are_twenty(app):
    id = create_keyword("HOURS")

    def one(_):
        with app.app_context():
            return receive_text("hours").replies

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(20))) == [["We are open 9 to 5."]] * 20
    db.session.rollback()
    assert get_keyword(id).match_count == 20


def test_the_answer_calls_them_by_the_name_that_the_lists_know():
    create_keyword("HI", "Hi {first_name|friend}!")
    assert get_replies("hi") == ["Hi friend!"]
    add_member(ZOE, "Zoë Hernández")
    assert get_replies("hi") == ["Hi Zoë!"]
    assert get_replies("hi", name="Dr. Mia Rossi") == ["Hi Mia!"]


# case B19
def test_braces_in_a_name_stay_as_they_are():
    """B19: a name is never a template."""
    create_keyword("HI", "Hi {name}")
    assert get_replies("hi", name="{event_title} {0.__class__}") == [
        "Hi {event_title} {0.__class__}"
    ]


def test_an_answer_that_a_long_name_makes_too_long_leaves_the_name_out():
    create_keyword("LONG", "{name|You}" + "x" * (MAX_MESSAGE_CHARACTERS - 10))
    assert get_replies("long", name="N" * 100) == ["You" + "x" * (MAX_MESSAGE_CHARACTERS - 10)]


def test_without_an_answer_it_is_counted_and_nothing_is_said():
    vote = create_keyword("VOTE", None)
    create_keyword("NAME", "{first_name}")
    assert get_replies("vote") == get_replies("name") == []
    assert get_keyword(vote).match_count == 1


def test_add_to_event_registers_them_once_with_their_name_and_says_when_it_is():
    picnic = create_event(date=date(2032, 5, 8), start_time="12:30", place="City Park")
    answer = "{first_name|Friend}, {event_title} is on {event_date} at {event_time}, {event_place}."
    create_keyword("COUNT ME IN", answer, action=KeywordAction.ADD_TO_EVENT, event_id=picnic)
    add_member(ZOE, "Zoë Hernández")
    answers_given = ["Zoë, Spring picnic is on Sat, May 8, 2032 at 12:30 PM, City Park."]
    assert get_replies("count me in!") == get_replies("Count me in") == answers_given
    assert registrations() == [(picnic, "Zoë Hernández", ZOE)]


def test_a_registration_keeps_its_name_and_gets_one_if_it_has_none():
    picnic = create_event()
    create_keyword("COMING", None, action=KeywordAction.ADD_TO_EVENT, event_id=picnic)
    assert get_replies("coming") == []
    assert get_replies("coming", name="Zoë") == get_replies("coming", name="Somebody else") == []
    assert registrations() == [(picnic, "Zoë", ZOE)]


def test_when_the_event_is_gone_the_answer_is_still_given_and_without_one_a_person_looks():
    gone = create_event()
    page = {"action": KeywordAction.ADD_TO_EVENT, "event_id": gone}
    silent = create_keyword("COMING", None, **page)
    create_keyword("TALK", "See you at {event_title|the event}!", **page)
    with write():
        db.session.execute(db.text("DELETE FROM events"))
    assert receive_text("coming") is None
    assert get_keyword(silent).match_count == 0
    assert get_replies("talk") == ["See you at the event!"]


def test_subscribe_puts_them_on_the_list_with_a_recorded_yes():
    create_keyword("JOIN", "Welcome!", action=KeywordAction.SUBSCRIBE)
    assert get_replies("Join!") == get_replies("join") == ["Welcome!"]
    assert [row.phone for row in db.session.scalars(db.select(CommunityMember))] == [ZOE]
    assert ledger() == [(ZOE, "granted", "keyword", "Texted: Join!")]


def test_somebody_on_the_list_without_a_yes_gets_one():
    add_member(ZOE, "Zoë")
    create_keyword("JOIN", action=KeywordAction.SUBSCRIBE)
    receive_text("join", name="Other")
    assert [row.name for row in db.session.scalars(db.select(CommunityMember))] == ["Zoë"]
    assert ledger() == [(ZOE, "granted", "keyword", "Texted: join")]


def test_no_keyword_lifts_an_opt_out():
    add_opt_out(ZOE)
    create_keyword("JOIN", action=KeywordAction.SUBSCRIBE)
    create_keyword("COMING", action=KeywordAction.ADD_TO_EVENT, event_id=create_event())
    assert receive_text("join").needs_person == "wants_back"
    receive_text("coming")
    assert has_opted_out(ZOE)
    assert ledger() == []
    assert db.session.scalars(db.select(CommunityMember)).all() == [], (
        "no list takes in who said STOP"
    )


def test_whoever_was_erased_after_stop_stays_out():
    with write():
        erased_numbers.record_erased_number(ZOE, said_stop=True, by="ada")
    create_keyword("JOIN", action=KeywordAction.SUBSCRIBE)
    assert receive_text("join").needs_person == "wants_back"
    assert has_opted_out(ZOE)
    assert [line[1] for line in ledger()] == ["withdrawn"]


def test_a_keyword_of_a_closed_survey_that_says_nothing_leaves_the_text_to_a_person():
    closed = create_survey("Lunch", "FOOD", is_active=False)
    id = create_keyword("LUNCH", None, action=KeywordAction.START_SURVEY, survey_id=closed)
    assert receive_text("lunch") is None
    assert get_keyword(id).match_count == 0


def test_the_word_of_a_survey_is_not_ours():
    create_survey("Lunch", "FOOD")
    assert receive_text("food") is None
