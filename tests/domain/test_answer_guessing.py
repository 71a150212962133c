"""What a text may mean that was not understood, offered to a person."""

from datetime import date

import pytest

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_guessing import guess_answer
from app.domain.surveys.answer_parsing import parse_answer
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion

CALENDAR = DateContext(date(2026, 11, 26))
HOW_MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=1, high=20)
FOOD = SurveyQuestion(
    "What do you bring?",
    QuestionType.CHOICE,
    choices=("A salad", "A cake", "Cold drinks", "Only us"),
)
COMING = SurveyQuestion("Coming?", QuestionType.YES_NO)


@pytest.mark.parametrize(
    ("question", "text", "meant"),
    [
        (HOW_MANY, "We are 2 adults and 3 kids 🎉", "5"),
        (HOW_MANY, "two of us and the four children", "6"),
        (HOW_MANY, "my husband and 4 kids", "4"),
        (HOW_MANY, "five or six", None),
        (HOW_MANY, "2-3", None),
        (HOW_MANY, "half of the 12", None),
        (HOW_MANY, "12 adults and 12 kids", None),
        (HOW_MANY, "we will see", None),
        (HOW_MANY, "７ and １", "8"),
        (HOW_MANY, "call me at 303 555 0142", None),
        (FOOD, "I could bake a big chocolate cake for you", "A cake"),
        (FOOD, "cake and salad", None),
        (FOOD, "no. 3 please!", "Cold drinks"),
        (FOOD, "a surprise", None),
        (COMING, "yes if it does not rain", None),
        (COMING, "sure, when does it begin?", "yes"),
        (COMING, "what? no!", "no"),
        (COMING, "perhaps", None),
        (SurveyQuestion("Your name?", QuestionType.NAME), "why?", None),
        (SurveyQuestion("Which day?", QuestionType.DATE), "5 or 6 May", None),
    ],
)
def test_what_a_person_would_most_likely_read_in_it(question, text, meant):
    assert guess_answer(question, text, CALENDAR) == meant
    assert meant is None or parse_answer(question, meant, CALENDAR) == meant
