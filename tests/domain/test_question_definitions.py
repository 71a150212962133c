"""The questions of a survey: how they are kept, and what is wrong with them."""

import json

import pytest

from app.domain.surveys.question_definitions import (
    END_OF_SURVEY,
    QuestionType,
    SurveyQuestion,
    build_opening_text,
    parse_questions,
    serialize_questions,
)
from app.domain.surveys.question_problems import list_opening_problems, list_question_problems
from app.domain.texts import keyword_parsing

MIXED = (
    SurveyQuestion("Are you coming?", QuestionType.YES_NO, branches={"no": END_OF_SURVEY}),
    SurveyQuestion(
        "What do you bring?",
        QuestionType.CHOICE,
        choices=("Pizza", "Cake"),
        branches={"Cake": 4},
    ),
    SurveyQuestion(
        "How many?",
        QuestionType.NUMBER,
        low=1,
        high=20,
        required=True,
        hint="Count the kids too.",
    ),
    SurveyQuestion("Anything else?"),
)


def sentences(*questions):
    return [problem.sentence for problem in list_question_problems(questions)]


def test_what_is_kept_is_read_back():
    assert parse_questions(serialize_questions(MIXED)) == MIXED


def test_plain_prompts_are_strings_as_in_the_first_design():
    assert json.loads(
        serialize_questions([SurveyQuestion("How many?"), SurveyQuestion("Why?")])
    ) == [
        "How many?",
        "Why?",
    ]
    assert parse_questions(
        '["How many?", {"prompt": "Why?", "type": "text"}, {"prompt": "Coming?", "type": "yes_no"}]'
    ) == (
        SurveyQuestion("How many?"),
        SurveyQuestion("Why?"),
        SurveyQuestion("Coming?", QuestionType.YES_NO),
    )


@pytest.mark.parametrize(
    "rubbish",
    ["", "{}", "null", "[1, null, [], {}]", '"a"', "[", '[{"prompt": ""}]', '[" "]'],
)
def test_rubbish_is_no_question(rubbish):
    assert parse_questions(rubbish) == ()


def test_an_unknown_type_is_free_words():
    assert parse_questions(
        '[{"prompt": "Where?", "type": "map"}, {"prompt": "Which?", "type": "choice"}]'
    ) == (
        SurveyQuestion("Where?"),
        SurveyQuestion("Which?"),
    )


def test_a_good_survey_has_no_problem():
    assert sentences(*MIXED) == []


# case B28 of docs/cases.md
def test_no_question_and_too_many():
    """Cover case B28 of docs/cases.md."""
    assert sentences() == ["Add at least one question."]
    assert sentences(*[SurveyQuestion(f"Question {n}?") for n in range(200)]) == [
        "A survey can have up to 40 questions. This one has 200."
    ]


# case B28 of docs/cases.md
def test_a_question_of_2000_characters():
    """Cover case B28 of docs/cases.md."""
    assert sentences(SurveyQuestion("?" * 2000)) == [
        "This question has 2,000 characters. A question can have up to 1,200."
    ]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (SurveyQuestion(" \u200b"), "Write the question first."),
        (SurveyQuestion("Hi {nick}?"), "{nick} is not a placeholder"),
        (
            SurveyQuestion("Which?", QuestionType.CHOICE, choices=("One",)),
            "Enter 2 to 20 choices",
        ),
        (
            SurveyQuestion("Which?", QuestionType.CHOICE, choices=("Cake", "cake.")),
            "“Cake” is listed twice.",
        ),
        (
            SurveyQuestion("Which?", QuestionType.CHOICE, choices=("Go on", "Cancel")),
            "CANCEL can’t be a choice: carriers handle",
        ),
        (
            SurveyQuestion("Which?", QuestionType.CHOICE, choices=("Go on", "Done")),
            "DONE can’t be a choice: it ends a survey.",
        ),
        (
            SurveyQuestion("Which?", QuestionType.CHOICE, choices=("🍕", "Cake")),
            "“🍕” has no letters or digits",
        ),
        (
            SurveyQuestion("Which?", QuestionType.CHOICE, choices=("Cake", "x" * 61)),
            "A choice can have up to 60 characters",
        ),
        (
            SurveyQuestion("How many?", QuestionType.NUMBER, low=5, high=1),
            "The largest number is smaller than the smallest one.",
        ),
        (
            SurveyQuestion("How many?", QuestionType.NUMBER, hint="h" * 161),
            "A hint can have up to 160 characters.",
        ),
        (
            SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"no": 1}),
            "An answer can lead to a later question, or to the end.",
        ),
        (
            SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"maybe": 0}),
            "“maybe” is not an answer to this question.",
        ),
    ],
)
def test_what_is_wrong_with_a_question_is_said(question, sentence):
    (problem,) = sentences(question)
    assert problem.startswith(sentence)


def test_the_same_question_twice():
    """Answers of different surveys' versions are told apart by the question they answer."""
    assert sentences(
        SurveyQuestion("How many?"), SurveyQuestion("Who?"), SurveyQuestion("how many")
    ) == ["Question 1 asks the same. Remove one, or word it differently."]


def test_the_first_text_says_how_to_leave_unless_it_does():
    assert (
        build_opening_text("Welcome.", "Coming?")
        == "Welcome.\nComing?\nText DONE to leave this survey."
    )
    assert build_opening_text("", "Coming? DONE leaves.") == "Coming? DONE leaves."
    assert list_opening_problems("w" * 1600, SurveyQuestion("Coming?"))[0].startswith(
        "With the first question this has 1,6"
    )


def test_how_questions_read():
    assert MIXED[0].message_text == "Are you coming? Reply YES or NO."
    assert SurveyQuestion("Coming? yes/no", QuestionType.YES_NO).message_text == "Coming? yes/no"
    assert (
        SurveyQuestion("Coming? YES or no", QuestionType.YES_NO).message_text == "Coming? YES or no"
    )
    assert MIXED[1].message_text == "What do you bring?\n1 Pizza\n2 Cake"


# case B28 of docs/cases.md
@pytest.mark.parametrize(
    "word",
    [
        " stop ",
        "STOP",
        "ＳＴＯＰ",
        "Stop.",
        "unsubscribe",
        "opt out",
        "START",
        "unstop",
        "help",
        "INFO",
    ],
)
def test_the_words_of_the_law_are_no_keywords(word):
    """B28: " stop ", in whatever spelling, the whole family."""
    assert keyword_parsing.find_keyword_problem(word)


@pytest.mark.parametrize("word", ["done", "SKIP", "Back", "", "🎉", "x" * 41])
def test_nor_are_our_own_words_or_none(word):
    assert keyword_parsing.find_keyword_problem(word)


@pytest.mark.parametrize("word", ["picnic", "PICNIC 2027", "Flohmarkt", "стоянка", "7"])
def test_other_words_are(word):
    assert keyword_parsing.find_keyword_problem(word) is None


def test_a_bound_of_zero_is_stored():
    """0 equals False, so that "0 in (None, False)" once dropped it."""
    question = SurveyQuestion("How many?", QuestionType.NUMBER, low=0, high=0)
    assert parse_questions(serialize_questions([question])) == (question,)
