"""Find surveys by name and keyword, for the search over everything."""

from sqlalchemy import Select, select

from app.core.search_terms import build_text_filter
from app.surveys.models import SurveyFlow


def select_survey_matches(search: str, limit: int) -> Select[int, str, str]:
    """Return id, name and keyword of surveys that fit, as columns id, title, detail."""
    statement = select(
        SurveyFlow.id.label("id"),
        SurveyFlow.name.label("title"),
        SurveyFlow.trigger_keyword.label("detail"),
    )
    has_words = build_text_filter(search, SurveyFlow.name, SurveyFlow.trigger_keyword)
    return statement.where(has_words).order_by(SurveyFlow.id.desc()).limit(limit)
