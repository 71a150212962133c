"""Reading surveys, who answers them, and what was answered."""

from app.surveys.queries.surveys import (
    find_open_surveys,
    find_survey,
    find_survey_keyword_conflict,
    find_surveys_of_event,
    is_survey_name_taken,
)

__all__ = [
    "is_survey_name_taken",
    "find_surveys_of_event",
    "find_open_surveys",
    "find_survey_keyword_conflict",
    "find_survey",
]
