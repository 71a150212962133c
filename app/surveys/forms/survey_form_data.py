"""The data of a survey's form: from what was posted, and from a stored survey."""

from typing import Any

from werkzeug.datastructures import MultiDict

from app.domain.surveys.question_definitions import parse_questions
from app.surveys.forms.question_form import build_question_form_data
from app.surveys.forms.survey_form import SurveyForm
from app.surveys.models import SurveyFlow
from app.surveys.question_list_editor import BLANK_QUESTION

CLOSED_VALUES = {"0", "false", "no", "off", "n", ""}


def build_survey_form(posted: MultiDict[str, str], survey: SurveyFlow | None = None) -> SurveyForm:
    """Build the form from what was posted; a stored survey keeps what was not.

    Instead of one form for each question there may be `questions`: each line is a question for
    free words.
    """
    # A copy, since what was posted cannot be changed.
    data = MultiDict(posted)
    if survey:
        _fill_missing_fields(data, build_survey_form_data(survey))
    if "questions" in data and not any(key.startswith("questions-") for key in data):
        prompts: list[str] = []
        for text in data.poplist("questions"):
            prompts += filter(str.strip, text.splitlines())
        for index, prompt in enumerate(prompts):
            data[f"questions-{index}-prompt"] = prompt
    return SurveyForm(data, survey_id=survey.id if survey else None)


def _fill_missing_fields(data: MultiDict[str, str], stored: dict[str, Any]) -> None:
    # Questions are kept all or none: a part of them would change where answers lead.
    questions = stored.pop("questions")
    if not any(key.startswith("questions") for key in data):
        for index, question in enumerate(questions):
            data.update(_build_question_post_data(f"questions-{index}", question))
    for name, value in stored.items():
        data.setdefault(name, value)


def _build_question_post_data(prefix: str, question: dict[str, Any]) -> dict[str, str]:
    """Return a question's fields as a browser would post them."""
    fields = {}
    for name, value in question.items():
        if isinstance(value, str):
            fields[f"{prefix}-{name}"] = value
    if question.get("required"):
        fields[f"{prefix}-required"] = "y"
    for index, branch in enumerate(question["ways"]):
        for name, value in branch.items():
            fields[f"{prefix}-ways-{index}-{name}"] = value
    return fields


def is_open_requested(posted: MultiDict[str, str], default: bool) -> bool:
    """Whether `is_active` was posted and says so; `default` when it was not posted."""
    if "is_active" not in posted:
        return default
    return posted["is_active"].strip().lower() not in CLOSED_VALUES


def build_survey_form_data(survey: SurveyFlow) -> dict[str, Any]:
    """Return a survey as somebody would have typed it."""
    questions = parse_questions(survey.questions_json)
    return {
        "name": survey.name,
        "trigger_keyword": survey.trigger_keyword,
        "intro_message": survey.intro_message or "",
        "completion_message": survey.completion_message or "",
        "linked_event_id": str(survey.linked_event_id or ""),
        "group_id": str(survey.group_id or ""),
        "counts_as_check_in": "y" if survey.counts_as_check_in else "",
        "timeout_hours": str(survey.timeout_hours),
        "nudge_hours": str(survey.nudge_hours or ""),
        "questions": list(map(build_question_form_data, questions)) or [BLANK_QUESTION],
    }
