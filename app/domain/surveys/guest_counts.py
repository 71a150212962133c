"""How many guests somebody brings to an event, from their answers to a survey."""

import re

from app.domain.surveys.question_definitions import QuestionType
from app.domain.surveys.survey_state_machine import SurveyState

MAX_GUESTS = 99
# "How many guests do you bring?" leaves out who answers; "How many are you?" counts them.
GUESTS_ONLY = re.compile(r"\b(guests?|bring(ing)?|besides you|apart from you)\b", re.IGNORECASE)
WITH_THEM = re.compile(r"\b(with you|including you|yourself|in all|all together)\b", re.IGNORECASE)


def find_guest_count(state: SurveyState) -> int | None:
    """Return how many come with this person, None where no question asks for a number."""
    for position, question in enumerate(state.questions):
        value = state.values.get(position) or ""
        if question.question_type is QuestionType.NUMBER and value.isascii() and value.isdigit():
            return _count_guests(question.prompt, int(value))
    return None


def _count_guests(prompt: str, number: int) -> int:
    is_without_them = GUESTS_ONLY.search(prompt) and not WITH_THEM.search(prompt)
    guests = number if is_without_them else number - 1
    return min(max(guests, 0), MAX_GUESTS)
