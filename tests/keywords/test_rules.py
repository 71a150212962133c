"""Words are unique across keywords and surveys, whoever writes them, and follow their keyword."""

import pytest

from app.core.db import NotFound, UniqueViolation, db, write
from app.keywords.actions import keyword_rules
from app.keywords.actions.keyword_rules import KeywordInfo
from app.surveys.models import SurveyFlow
from tests.keywords.desk import answers, keyword, rule, survey, words

pytestmark = pytest.mark.usefixtures("shop")


def change(id, word, aliases=(), answer="We are open 9 to 5.", **more):
    with write():
        return keyword_rules.update_keyword_rule(id, KeywordInfo(word, answer, **more), aliases)


def test_a_keyword_has_its_words_and_gives_them_back():
    id = keyword("HOURS", aliases=["WHEN", "OPEN"])
    assert words() == dict.fromkeys(["HOURS", "OPEN", "WHEN"], id)
    with write():
        assert keyword_rules.delete_keyword_rule(id).keyword == "HOURS"
    assert words() == {}
    with pytest.raises(NotFound), write():
        keyword_rules.delete_keyword_rule(id)


def test_a_change_says_what_changed_and_keeps_the_count():
    id = keyword("HOURS", aliases=["WHEN"])
    answers("when")
    assert change(id, "HOURS", ["WHEN"]) == []
    assert change(id, "TIMES", ["WHEN", "HOURS"], "Come at 9.") == [
        "keyword",
        "response_body",
        "aliases",
    ]
    assert words() == dict.fromkeys(["HOURS", "TIMES", "WHEN"], id)
    assert rule(id).match_count == 1
    assert answers("hours") == answers("when") == ["Come at 9."]


def test_the_keyword_and_another_word_for_it_may_change_places():
    id = keyword("HOURS", aliases=["WHEN"])
    assert change(id, "WHEN", ["HOURS"]) == ["keyword", "aliases"]
    assert words() == {"HOURS": id, "WHEN": id}
    assert change(id, "WHEN") == ["aliases"]
    assert words() == {"WHEN": id}


@pytest.mark.parametrize("aliases", [["FOOD"], ["JOIN"], ["ME TOO"]])
def test_the_database_refuses_a_word_that_starts_something(aliases):
    survey("Lunch", "FOOD")
    keyword("JOIN", aliases=["ME TOO"])
    id = keyword("HOURS", aliases=["WHEN"])
    before = words()
    with pytest.raises(UniqueViolation) as taken:
        change(id, "HOURS", aliases)
    assert taken.value.column == "trigger_words.word"
    with pytest.raises(UniqueViolation):
        keyword(aliases[0])
    with pytest.raises(UniqueViolation):
        change(id, aliases[0])
    assert words() == before


def test_no_survey_takes_the_word_of_a_keyword():
    keyword("HOURS", aliases=["WHEN"])
    with pytest.raises(UniqueViolation):
        survey("Lunch", "WHEN")
    lunch = survey("Lunch", "FOOD")
    with pytest.raises(UniqueViolation), write():
        db.session.get(SurveyFlow, lunch).trigger_keyword = "HOURS"
