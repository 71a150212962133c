"""Three surveys to begin a new one with."""

from typing import Any

from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.surveys.forms.question_form import build_question_form_data
from app.surveys.question_list_editor import BLANK_QUESTION

ATTENDING_QUESTION = SurveyQuestion(
    "Are you coming?", QuestionType.YES_NO, branches={"no": END_WITHOUT_REGISTRATION}
)
HEADCOUNT_QUESTION = SurveyQuestion(
    "How many of you are coming, with you?",
    QuestionType.NUMBER,
    low=1,
    high=20,
    hint="Count yourself too.",
)
NAME_QUESTION = SurveyQuestion("What is your name?", QuestionType.NAME)
SURVEY_PRESETS: dict[str, dict[str, Any]] = {
    "coming": {
        "label": "Who is coming",
        "name": "Who is coming",
        "intro_message": "Hi {first_name|friend}, thanks for writing.",
        "completion_message": "Thank you for telling us.",
        "questions": (ATTENDING_QUESTION, HEADCOUNT_QUESTION, NAME_QUESTION),
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
        "completion_message": "Thank you. We will get back to you.",
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


def build_preset_form_data(key: str) -> dict[str, Any]:
    """Return what the form begins with: a preset, or an empty question for an unknown `key`."""
    values = dict(SURVEY_PRESETS.get(key, {}))
    values.pop("label", None)
    questions = values.get("questions", ())
    values["questions"] = list(map(build_question_form_data, questions)) or [BLANK_QUESTION]
    return values
