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
from tests.keywords.desk import answers, event, keyword, rule, survey, text
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
    keyword("HOURS", aliases=["WHEN", "OPENING TIMES"])
    assert answers(body) == ["We are open 9 to 5."]


@pytest.mark.parametrize(
    "body",
    ["what are your hours", "hours please", "hour", "HOURSS", "", "🎉", "x" * 2000],
)
def test_what_is_not_only_the_word_is_left_to_others(body):
    id = keyword("HOURS")
    assert text(body) is None
    assert rule(id).match_count == 0


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
    keyword("JOIN", "Welcome!", match_kind=KeywordMatch.FIRST)
    expected = None if body == "join:me" else ["Welcome!"]
    assert answers(body) == expected
    assert answers("please join") is None


def test_the_longest_first_words_win_and_the_whole_text_before_them():
    keyword("SIGN", "one", match_kind=KeywordMatch.FIRST)
    keyword("SIGN UP", "two", match_kind=KeywordMatch.FIRST)
    keyword("SIGN UP NOW", "whole")
    assert answers("sign here") == ["one"]
    assert answers("sign-up Bo and me") == ["two"]
    assert answers("Sign up now!") == ["whole"]
    assert answers("sign up now with Bo") == ["two"]


def test_a_keyword_counts_only_while_it_is_active():
    moment = now()
    keyword("OFF", is_active=False)
    keyword("SOON", active_from=moment + timedelta(hours=1))
    keyword("OVER", active_until=moment)
    keyword("SUMMER", active_from=moment, active_until=moment + timedelta(hours=1))
    assert [answers(word, moment=moment) for word in ("off", "soon", "over")] == [
        None,
        None,
        None,
    ]
    assert answers("summer", moment=moment) == ["We are open 9 to 5."]
    assert answers("summer", moment=moment + timedelta(hours=1)) is None


def test_each_use_is_counted_and_is_no_change_of_the_keyword():
    id = keyword("HOURS", aliases=["WHEN"])
    before, moment = rule(id).updated_at, now()
    text("hours", moment=moment - timedelta(days=1))
    text("when", phone=LEO, moment=moment)
    assert (rule(id).match_count, rule(id).last_matched_at, rule(id).updated_at) == (
        2,
        moment,
        before,
    )


def test_twenty_at_once_are_twenty(app):
    id = keyword("HOURS")

    def one(_):
        with app.app_context():
            return text("hours").replies

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(20))) == [["We are open 9 to 5."]] * 20
    db.session.rollback()
    assert rule(id).match_count == 20


def test_the_answer_calls_them_by_the_name_that_the_lists_know():
    keyword("HI", "Hi {first_name|friend}!")
    assert answers("hi") == ["Hi friend!"]
    add_member(ZOE, "Zoë Hernández")
    assert answers("hi") == ["Hi Zoë!"]
    assert answers("hi", name="Dr. Mia Rossi") == ["Hi Mia!"]


def test_b19_braces_in_a_name_stay_as_they_are():
    """B19: a name is never a template."""
    keyword("HI", "Hi {name}")
    assert answers("hi", name="{event_title} {0.__class__}") == ["Hi {event_title} {0.__class__}"]


def test_an_answer_that_a_long_name_makes_too_long_leaves_the_name_out():
    keyword("LONG", "{name|You}" + "x" * (MAX_MESSAGE_CHARACTERS - 10))
    assert answers("long", name="N" * 100) == ["You" + "x" * (MAX_MESSAGE_CHARACTERS - 10)]


def test_without_an_answer_it_is_counted_and_nothing_is_said():
    vote = keyword("VOTE", None)
    keyword("NAME", "{first_name}")
    assert answers("vote") == answers("name") == []
    assert rule(vote).match_count == 1


def test_add_to_event_registers_them_once_with_their_name_and_says_when_it_is():
    picnic = event(date=date(2027, 5, 8), start_time="12:30", place="City Park")
    answer = "{first_name|Friend}, {event_title} is on {event_date} at {event_time}, {event_place}."
    keyword("COUNT ME IN", answer, action=KeywordAction.ADD_TO_EVENT, event_id=picnic)
    add_member(ZOE, "Zoë Hernández")
    said = ["Zoë, Spring picnic is on Sat 8 May 2027 at 12:30, City Park."]
    assert answers("count me in!") == answers("Count me in") == said
    assert registrations() == [(picnic, "Zoë Hernández", ZOE)]


def test_a_registration_keeps_its_name_and_gets_one_if_it_has_none():
    picnic = event()
    keyword("COMING", None, action=KeywordAction.ADD_TO_EVENT, event_id=picnic)
    assert answers("coming") == []
    assert answers("coming", name="Zoë") == answers("coming", name="Somebody else") == []
    assert registrations() == [(picnic, "Zoë", ZOE)]


def test_when_the_event_is_gone_the_answer_is_still_given_and_without_one_a_person_looks():
    gone = event()
    both = {"action": KeywordAction.ADD_TO_EVENT, "event_id": gone}
    silent = keyword("COMING", None, **both)
    keyword("TALK", "See you at {event_title|the event}!", **both)
    with write():
        db.session.execute(db.text("DELETE FROM events"))
    assert text("coming") is None
    assert rule(silent).match_count == 0
    assert answers("talk") == ["See you at the event!"]


def test_subscribe_puts_them_on_the_list_with_a_recorded_yes():
    keyword("JOIN", "Welcome!", action=KeywordAction.SUBSCRIBE)
    assert answers("Join!") == answers("join") == ["Welcome!"]
    assert [row.phone for row in db.session.scalars(db.select(CommunityMember))] == [ZOE]
    assert ledger() == [(ZOE, "granted", "keyword", "Texted: Join!")]


def test_somebody_on_the_list_without_a_yes_gets_one():
    add_member(ZOE, "Zoë")
    keyword("JOIN", action=KeywordAction.SUBSCRIBE)
    text("join", name="Other")
    assert [row.name for row in db.session.scalars(db.select(CommunityMember))] == ["Zoë"]
    assert ledger() == [(ZOE, "granted", "keyword", "Texted: join")]


def test_no_keyword_lifts_an_opt_out():
    add_opt_out(ZOE)
    keyword("JOIN", action=KeywordAction.SUBSCRIBE)
    keyword("COMING", action=KeywordAction.ADD_TO_EVENT, event_id=event())
    assert text("join").needs_person == "wants_back"
    text("coming")
    assert has_opted_out(ZOE)
    assert ledger() == []
    assert db.session.scalars(db.select(CommunityMember)).all() == [], (
        "no list takes in who said STOP"
    )


def test_whoever_was_erased_after_stop_stays_out():
    with write():
        erased_numbers.record_erased_number(ZOE, said_stop=True, by="ada")
    keyword("JOIN", action=KeywordAction.SUBSCRIBE)
    assert text("join").needs_person == "wants_back"
    assert has_opted_out(ZOE)
    assert [line[1] for line in ledger()] == ["withdrawn"]


def test_a_keyword_of_a_closed_survey_that_says_nothing_leaves_the_text_to_a_person():
    closed = survey("Lunch", "FOOD", is_active=False)
    id = keyword("LUNCH", None, action=KeywordAction.START_SURVEY, survey_id=closed)
    assert text("lunch") is None
    assert rule(id).match_count == 0


def test_the_word_of_a_survey_is_not_ours():
    survey("Lunch", "FOOD")
    assert text("food") is None
