"""Words are unique across keywords and surveys, whoever writes them, and follow their keyword."""

import pytest

from app.core.db import NotFound, UniqueViolation, db, write
from app.keywords.actions import keyword_rules
from app.keywords.actions.keyword_rules import KeywordInfo
from app.surveys.models import SurveyFlow
from tests.keywords.keyword_helpers import (
    create_keyword,
    create_survey,
    find_trigger_words,
    get_keyword,
    get_replies,
)

pytestmark = pytest.mark.usefixtures("shop")


def change(id, word, aliases=(), answer="We are open 9 to 5.", **more):
    with write():
        return keyword_rules.update_keyword_rule(id, KeywordInfo(word, answer, **more), aliases)


def test_a_keyword_has_its_words_and_gives_them_back():
    id = create_keyword("HOURS", aliases=["WHEN", "OPEN"])
    assert find_trigger_words() == dict.fromkeys(["HOURS", "OPEN", "WHEN"], id)
    with write():
        assert keyword_rules.delete_keyword_rule(id).keyword == "HOURS"
    assert find_trigger_words() == {}
    with pytest.raises(NotFound), write():
        keyword_rules.delete_keyword_rule(id)


def test_a_change_says_what_changed_and_keeps_the_count():
    id = create_keyword("HOURS", aliases=["WHEN"])
    get_replies("when")
    assert change(id, "HOURS", ["WHEN"]) == []
    assert change(id, "TIMES", ["WHEN", "HOURS"], "Come at 9.") == [
        "keyword",
        "response_body",
        "aliases",
    ]
    assert find_trigger_words() == dict.fromkeys(["HOURS", "TIMES", "WHEN"], id)
    assert get_keyword(id).match_count == 1
    assert get_replies("hours") == get_replies("when") == ["Come at 9."]


def test_the_keyword_and_another_word_for_it_may_change_places():
    id = create_keyword("HOURS", aliases=["WHEN"])
    assert change(id, "WHEN", ["HOURS"]) == ["keyword", "aliases"]
    assert find_trigger_words() == {"HOURS": id, "WHEN": id}
    assert change(id, "WHEN") == ["aliases"]
    assert find_trigger_words() == {"WHEN": id}


@pytest.mark.parametrize("aliases", [["FOOD"], ["JOIN"], ["ME TOO"]])
def test_the_database_refuses_a_word_that_starts_something(aliases):
    create_survey("Lunch", "FOOD")
    create_keyword("JOIN", aliases=["ME TOO"])
    id = create_keyword("HOURS", aliases=["WHEN"])
    before = find_trigger_words()
    with pytest.raises(UniqueViolation) as result:
        change(id, "HOURS", aliases)
    assert result.value.column in ("trigger_words.word", "trigger_words.folded")
    with pytest.raises(UniqueViolation):
        create_keyword(aliases[0])
    with pytest.raises(UniqueViolation):
        change(id, aliases[0])
    assert find_trigger_words() == before


def test_no_survey_takes_the_word_of_a_keyword():
    create_keyword("HOURS", aliases=["WHEN"])
    with pytest.raises(UniqueViolation):
        create_survey("Lunch", "WHEN")
    lunch = create_survey("Lunch", "FOOD")
    with pytest.raises(UniqueViolation), write():
        db.session.get(SurveyFlow, lunch).trigger_keyword = "HOURS"
