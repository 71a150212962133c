"""Which groups the answers of a survey lead into, and forgetting one of them."""

from collections.abc import Sequence

from app.domain.surveys.question_definitions import SurveyQuestion
from app.domain.surveys.survey_state_machine import SurveyState


def list_answer_groups(state: SurveyState) -> list[int]:
    """Return the ids of the groups that this person's answers lead into, each once."""
    ids = []
    for position, question in enumerate(state.questions):
        group_id = question.groups.get(state.values.get(position) or "")
        if group_id is not None:
            ids.append(group_id)
    return list(dict.fromkeys(ids))


def uses_group(questions: Sequence[SurveyQuestion], group_id: int) -> bool:
    """Whether an answer to one of the questions leads into this group."""
    return any(group_id in question.groups.values() for question in questions)
