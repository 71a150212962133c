"""How the organisation reads days in answers."""

from datetime import datetime

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.domain.time import local_times
from app.domain.time.typed_days import MONTH_FIRST_REGIONS
from app.organisation import queries as organisation


def build_answer_calendar(question: SurveyQuestion, moment: datetime) -> DateContext:
    """Return today and the order of day and month for answers to `question`.

    Reads the organisation only when the question asks for a day.
    """
    if question.question_type is not QuestionType.DATE:
        return DateContext(moment.date())
    settings = organisation.get_organisation()
    return DateContext(
        local_times.get_local_date(settings.timezone, moment),
        settings.region in MONTH_FIRST_REGIONS,
    )
