"""Three surveys to begin with."""

from typing import Any

from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.surveys.forms.questions import as_typed
from app.surveys.forms.rearranging import BLANK

COMING = SurveyQuestion(
    "Are you coming?", QuestionType.YES_NO, leads={"no": END_WITHOUT_REGISTRATION}
)
HOW_MANY = SurveyQuestion(
    "How many of you are coming, with you?",
    QuestionType.NUMBER,
    low=1,
    high=20,
    hint="Count yourself too.",
)
NAME = SurveyQuestion("What is your name?", QuestionType.NAME)
STARTERS: dict[str, dict[str, Any]] = {
    "coming": {
        "label": "Who is coming",
        "name": "Who is coming",
        "intro_message": "Hi {first_name|friend}, thanks for writing.",
        "completion_message": "Thank you for telling us.",
        "questions": (COMING, HOW_MANY, NAME),
    },
    "poll": {
        "label": "A yes or no poll",
        "name": "A quick question",
        "completion_message": "Thank you, that is all.",
        "questions": (
            SurveyQuestion(
                "Shall we meet on Sundays from now on?",
                QuestionType.YES_NO,
                required=True,
            ),
        ),
    },
    "needs": {
        "label": "What people need",
        "name": "What you need",
        "intro_message": "We want to help where we can.",
        "completion_message": "Thank you. Somebody will get back to you.",
        "questions": (
            SurveyQuestion(
                "What would help most?",
                QuestionType.CHOICE,
                choices=("Food", "A ride", "Company", "Something else"),
            ),
            SurveyQuestion("By which day do you need it?", QuestionType.DATE),
            SurveyQuestion("Anything else we should know?"),
        ),
    },
}


def starter(chosen: str) -> dict[str, Any]:
    """What the form begins with: one of STARTERS, or an empty question."""
    begun = {
        key: value for key, value in STARTERS.get(chosen, {}).items() if key != "label"
    }
    return {
        **begun,
        "questions": [as_typed(question) for question in begun.get("questions", ())]
        or [BLANK],
    }
