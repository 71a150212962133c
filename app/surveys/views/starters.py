"""Three surveys to begin with."""

from typing import Any

from app.domain.questions import END_UNREGISTERED, Ask, Question
from app.surveys.forms.questions import as_typed
from app.surveys.forms.rearranging import BLANK

COMING = Question("Are you coming?", Ask.YES_NO, leads={"no": END_UNREGISTERED})
HOW_MANY = Question(
    "How many of you are coming, with you?",
    Ask.NUMBER,
    low=1,
    high=20,
    hint="Count yourself too.",
)
NAME = Question("What is your name?", Ask.NAME)
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
            Question(
                "Shall we meet on Sundays from now on?", Ask.YES_NO, required=True
            ),
        ),
    },
    "needs": {
        "label": "What people need",
        "name": "What you need",
        "intro_message": "We want to help where we can.",
        "completion_message": "Thank you. Somebody will get back to you.",
        "questions": (
            Question(
                "What would help most?",
                Ask.CHOICE,
                choices=("Food", "A ride", "Company", "Something else"),
            ),
            Question("By which day do you need it?", Ask.DATE),
            Question("Anything else we should know?"),
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
