"""The events, the surveys and the keywords of the made-up organisation."""

from typing import NamedTuple

from app.demo_data import REGISTRATION_QUESTIONS
from app.domain.surveys.question_definitions import (
    QuestionType,
    SurveyQuestion,
)
from app.keywords.actions.keyword_rules import KeywordInfo
from app.keywords.models import KeywordAction, KeywordMatch


class DemoEvent(NamedTuple):
    """An event so many days from now (negative: past), known that long before.

    `first_person`, `people_count`: who is registered, by index.
    """

    days: int
    known_days_before: int
    title: str
    start_time: str | None
    place: str
    first_person: int
    people_count: int


EVENTS = (
    DemoEvent(-280, 25, "Newcomers' lunch", "12:00", "Church hall", 3, 31),
    DemoEvent(-214, 20, "First aid course", "09:00", "Library room", 40, 18),
    DemoEvent(-155, 30, "Community picnic", "11:00", "City Park, north gate", 0, 74),
    DemoEvent(-90, 20, "Flu clinic", "10:00", "Church hall, side door", 22, 46),
    DemoEvent(-34, 21, "Choir weekend", None, "Camp Timberline", 11, 24),
    DemoEvent(8, 20, "Soup supper", "17:00", "Church hall", 5, 38),
    DemoEvent(19, 12, "Pantry volunteers' evening", "18:30", "Church hall", 31, 22),
    DemoEvent(41, 6, "Carol singing", "16:00", "Elm Street, in front of the library", 60, 12),
)
SUPPER_TITLE = "Soup supper"

SUPPER_KEYWORD = "SUPPER"
SUPPER_SURVEY_NAME = "Who comes to the soup supper"
SUPPER_WELCOME = "Hi {first_name|friend}, lovely that you want to come to the soup supper."
SUPPER_THANKS = "Thank you, we look forward to seeing you!"
SUPPER_QUESTIONS = (
    *REGISTRATION_QUESTIONS,
    SurveyQuestion(
        "What will you bring?",
        QuestionType.CHOICE,
        choices=("Soup", "Bread", "Dessert", "Just myself"),
    ),
)
PANTRY_KEYWORD = "PANTRY"
PANTRY_SURVEY_NAME = "How the pantry is doing"
PANTRY_WELCOME = "Three short questions about the food pantry. Your answers help us plan."
PANTRY_THANKS = "Thank you! The results hang in the hall next Sunday."
PANTRY_QUESTIONS = (
    SurveyQuestion(
        "How was your last visit?",
        QuestionType.CHOICE,
        choices=("Very good", "Good", "So-so", "Bad"),
    ),
    SurveyQuestion(
        "Which day suits you best?", QuestionType.CHOICE, choices=("Tuesday", "Friday", "Saturday")
    ),
    SurveyQuestion("What was missing?"),
)


class ProgrammeKeyword(NamedTuple):
    """A keyword, with the other words that start it."""

    rule: KeywordInfo
    aliases: tuple[str, ...] = ()


KEYWORDS = (
    ProgrammeKeyword(
        KeywordInfo(
            "HOURS",
            "The food pantry is open Tuesdays and Fridays from 9 to 12, side door on Elm Street.",
        ),
        ("OPEN",),
    ),
    ProgrammeKeyword(
        KeywordInfo(
            "JOIN",
            "Welcome, {first_name|friend}! You get our news now. Reply STOP to opt out.",
            match_kind=KeywordMatch.FIRST,
            action=KeywordAction.SUBSCRIBE,
        ),
        ("SIGN ME UP",),
    ),
    ProgrammeKeyword(
        KeywordInfo("RIDE", "Thank you! Sam will call you this week about rides on Sunday.")
    ),
    ProgrammeKeyword(
        KeywordInfo(
            "SNOW",
            "The office and the pantry are closed today because of the snow.",
            is_active=False,
        )
    ),
)
