"""What a text says in answer to a question: understood, or not, never wrong."""

from datetime import date

import pytest

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_parsing import parse_answer
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion

THURSDAY = date(2026, 11, 26)
US = DateContext(THURSDAY)
COMING = SurveyQuestion("Are you coming?", QuestionType.YES_NO)
HOW_MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=0, high=2000)
FOOD = SurveyQuestion(
    "What do you bring?", QuestionType.CHOICE, choices=("Pizza", "Pasta", "Green salad")
)
KIDS = SurveyQuestion("How many kids?", QuestionType.CHOICE, choices=("1", "2", "3 or more"))
NAME = SurveyQuestion("Your name?", QuestionType.NAME)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "YES",
        "Yes!",
        " y ",
        "yeah",
        "Yep.",
        "ok",
        "sure",
        "of course",
        "sí",
        "Si",
        "Sí, claro",
        "claro que sí",
        "oui",
        "Oui merci",
        "d'accord",
        "D’accord",
        "bien sûr",
        "👍",
        "👍🏽",
        "✅",
        "Yes please",
        "ＹＥＳ",
        "yes 3 of us",
        "Yes, we are coming",
        "YES 🎉",
        "I'm in",
        "vale",
    ],
)
def test_these_mean_yes(text):
    assert parse_answer(COMING, text, US) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No.",
        "NO!!",
        "n",
        "nope",
        "nah",
        "no thanks",
        "No, thank you",
        "can't",
        "I can’t",
        "no we can't come",
        "sorry, can't make it",
        "not this time",
        "non",
        "Non merci",
        "no gracias",
        "No puedo",
        "👎",
        "❌",
    ],
)
def test_these_mean_no(text):
    assert parse_answer(COMING, text, US) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "no problem",
        "no, I will come",
        "yes and no",
        "yes but late",
        "maybe",
        "yes?",
        "not sure",
        "who is this",
        "👍👎",
        "",
        "🎉",
        "5",
        "yes if it does not rain",
        "no worries see you",
        "yesterday",
        "nobody told me",
        "stop",
        "quizás sí",
    ],
)
def test_these_could_mean_either(text):
    assert parse_answer(COMING, text, US) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"),
        (" 5. ", "5"),
        ("five", "5"),
        ("FIVE!", "5"),
        ("5 people", "5"),
        ("we are 5", "5"),
        ("5 🎉", "5"),
        ("twelve", "12"),
        ("doce", "12"),
        ("douze", "12"),
        ("none", "0"),
        ("no one", "0"),
        ("0", "0"),
        ("１２", "12"),
        ("1,200", "1200"),
        ("one", "1"),
        ("we will be six", "6"),
        ("٥", "5"),
        ("007", "7"),
    ],
)
def test_one_number_is_a_number(text, value):
    assert parse_answer(HOW_MANY, text, US) == value


@pytest.mark.parametrize(
    "text",
    [
        "2 adults and 3 kids",
        "5-6",
        "5 or 6",
        "5+",
        "2.5",
        "5pm",
        "5:30",
        "$5",
        "50%",
        "half a dozen",
        "one of us can't",
        "just us",
        "",
        "many",
        "1/2",
        "-3",
        "2001",
        "1.200",
        "5?",
        "at least 5",
        "12345678901",
        "3x",
        "5 / 6",
    ],
)
def test_what_could_be_two_numbers_is_none(text):
    assert parse_answer(HOW_MANY, text, US) is None


def test_bounds_of_a_number():
    warm = SurveyQuestion("How warm?", QuestionType.NUMBER, low=-10, high=10)
    assert [parse_answer(warm, text, US) for text in ("-10", "-11", "10", "11")] == [
        "-10",
        None,
        "10",
        None,
    ]
    assert (
        parse_answer(SurveyQuestion("How many?", QuestionType.NUMBER), "123456789", US)
        == "123456789"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "Pizza"),
        ("2.", "Pasta"),
        ("a", "Pizza"),
        ("C", "Green salad"),
        ("two", "Pasta"),
        ("pizza", "Pizza"),
        ("PIZZA!!", "Pizza"),
        ("piz", "Pizza"),
        ("green", "Green salad"),
        ("2 pasta", "Pasta"),
        ("3) Green", "Green salad"),
        ("4", None),
        ("d", None),
        ("p", None),
        ("pa", None),
        ("2 pizza", None),
        ("salad", None),
        ("pizza or pasta", None),
        ("", None),
        ("🍕", None),
        ("1 2", None),
    ],
)
def test_a_choice_is_named_by_number_letter_or_word(text, value):
    assert parse_answer(FOOD, text, US) == value


def test_choices_that_are_numbers_have_letters():
    """Otherwise "2" would be the second choice for one person and two children for another."""
    assert KIDS.message_text == "How many kids?\nA 1\nB 2\nC 3 or more"
    answers = {
        text: parse_answer(KIDS, text, US)
        for text in ("A", "1", "2", "b", "3", "3 or more", "4", "two")
    }
    assert answers == {
        "A": "1",
        "1": "1",
        "2": "2",
        "b": "2",
        "3": "3 or more",
        "3 or more": "3 or more",
        "4": None,
        "two": None,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Zoë Hernández", "Zoë Hernández"),
        ("my name is Bo", "Bo"),
        ("I'm Ann-Marie O'Neil.", "Ann-Marie O'Neil"),
        ("it’s Leo", "Leo"),
        ("田中 美咲", "田中 美咲"),
        ("me llamo José", "José"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("yes", None),
        ("no thanks", None),
        ("5", None),
        ("why?", None),
        ("", None),
        ("🎉", None),
        ("a@b.org", None),
        (
            "María José de la Cruz y Fernández-Villaverde",
            "María José de la Cruz y Fernández-Villaverde",
        ),
        ("we would love to come but we have no car", None),
        ("WE WILL ALL COME WITH THE KIDS", None),
        ("N" * 101, None),
    ],
)
def test_a_name_is_a_name(text, value):
    assert parse_answer(NAME, text, US) == value


def test_free_words_are_kept_as_they_came_without_what_cannot_be_seen():
    question = SurveyQuestion("Anything else?")
    assert parse_answer(question, " We bring\r\ncake \u202e🎂 ", US) == "We bring\ncake 🎂"
    assert parse_answer(question, " \u200b ", US) is None
