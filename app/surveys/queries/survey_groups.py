"""The groups that surveys put people into."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.core.db import db
from app.domain.surveys.answer_groups import uses_group
from app.domain.surveys.question_definitions import parse_questions
from app.groups.models import ContactGroup
from app.groups.queries.group_records import find_groups
from app.surveys.models import SurveyFlow


def find_kept_groups(survey_id: int | None) -> set[int]:
    """Return the groups that a stored survey names; none for a new one."""
    survey = db.session.get(SurveyFlow, survey_id) if survey_id else None
    if survey is None:
        return set()
    groups = {survey.group_id} if survey.group_id else set()
    for question in parse_questions(survey.questions_json):
        groups.update(question.groups.values())
    return groups


def list_groups_of_survey(survey: SurveyFlow) -> list[ContactGroup]:
    """Return the groups that a survey adds people to, by name; deleted ones are missing."""
    groups = find_groups(find_kept_groups(survey.id))
    return sorted(groups.values(), key=lambda group: group.folded_name)


def list_surveys_of_group(group_id: int) -> Sequence[SurveyFlow]:
    """Return the surveys that put people into a group, all who finish or some, by name."""
    may_name_group = or_(
        SurveyFlow.group_id == group_id, SurveyFlow.questions_json.contains('"groups"')
    )
    surveys = db.session.scalars(select(SurveyFlow).where(may_name_group).order_by(SurveyFlow.name))
    surveys_of_group = []
    for survey in surveys:
        questions = parse_questions(survey.questions_json)
        if survey.group_id == group_id or uses_group(questions, group_id):
            surveys_of_group.append(survey)
    return surveys_of_group
